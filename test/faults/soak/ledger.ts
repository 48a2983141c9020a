// The books of a soak, kept outside of the clients: what was called, what has arrived, who has sent it.

import type { CollectedMessage } from '@selfsame/collector'
import type { Client } from './client.js'
import { digestOf } from './programs/content.js'
import type { Totals } from './totals.js'

/** What is known of one client's calls. */
interface Account {
  readonly client: Client
  /** Accepted ones that have neither arrived nor failed. */
  readonly open: Set<number>
  readonly accepted: Set<number>
  readonly begun: Set<number>
  readonly refused: Set<number>
  readonly arrived: Set<number>
  readonly failed: Set<number>
  /** Those of which a callback said that they are delivered. */
  readonly confirmed: Set<number>
  lastArrived: number
  lastNoted: number
}

export class Ledger {
  readonly #totals: Totals
  readonly #accounts = new Map<string, Account>()
  /** Who has sent a message last. */
  readonly #senders = new Map<string, Client>()
  /** Messages that the server has refused for good, with the client to which it said so. */
  readonly #refusals = new Map<string, Client>()
  readonly violations: string[] = []
  readonly memory: { rss: number; heap: number; external: number; calls: number }[] = []

  constructor(totals: Totals) {
    this.#totals = totals
  }

  open(client: Client): void {
    this.#accounts.set(client.name, {
      client,
      open: new Set(),
      accepted: new Set(),
      begun: new Set(),
      refused: new Set(),
      arrived: new Set(),
      failed: new Set(),
      confirmed: new Set(),
      lastArrived: -1,
      lastNoted: -1,
    })
  }

  /** The collector has begun to see to a request. */
  sent(by: string | undefined, ids: readonly string[]): void {
    // A last delivery is made by a child of the client's.
    const client = by === undefined ? undefined : this.#accounts.get(by)?.client
    if (!client) return
    for (const id of ids) {
      const before = this.#senders.get(id)
      if (before && before !== client && !before.isGone && !client.isGone) {
        this.#violate(`${id} is sent by ${client.name}, and belongs to ${before.name}, which lives`)
      }
      if (!before || !client.isGone) this.#senders.set(id, client)
    }
  }

  /** A message alone was refused for good. */
  rejected(by: string | undefined, id: string): void {
    // A last delivery is made for whoever has the message, who tells its end.
    const client =
      this.#accounts.get(by ?? '')?.client ?? this.#senders.get(id) ?? this.#find(id)[0]?.client
    if (client) this.#refusals.set(id, client)
  }

  /** The collector has accepted a message that it has not seen before. */
  received(message: CollectedMessage): void {
    this.#totals.delivered++
    const [account, n] = this.#find(message.messageId)
    if (!account) {
      this.#violate(`nobody has called ${message.messageId}`)
      return
    }
    const { digest } = (message.context as { soak: { digest: string } }).soak
    if (digestOf(message) !== digest) {
      this.#violate(`${message.messageId} was changed: ${JSON.stringify(message)}`)
    }
    if (n <= account.lastArrived) {
      this.#violate(`${message.messageId} arrived after number ${account.lastArrived}`)
    }
    account.lastArrived = n
    if (account.arrived.has(n)) this.#violate(`${message.messageId} was delivered twice`)
    account.arrived.add(n)
    account.open.delete(n)
  }

  /** Reads what the clients have written down. */
  read(): void {
    for (const account of this.#accounts.values()) {
      if (account.client.isForgotten) continue
      for (const line of account.client.news()) this.#note(account, line)
    }
  }

  /** Accepted messages of which nobody knows the end yet. */
  get openIds(): string[] {
    const ids: string[] = []
    for (const [name, { open, client }] of this.#accounts) {
      // The last ones: they were called as the process ended.
      const last = client.isEnded ? client.unreported : 0
      for (const n of [...open].slice(0, open.size - last)) {
        const id = `${name}-${n}`
        // It was refused; who should have told that was killed before it could.
        const refusedTo = this.#refusals.get(id)
        if (!refusedTo?.isKilled) ids.push(id)
      }
    }
    return ids
  }

  /** What must be true when nothing is open any more, of clients that have ended. */
  balance(): void {
    this.read()
    for (const [name, account] of this.#accounts) {
      const { client, accepted, begun, refused, arrived, confirmed, lastNoted } = account
      if (!client.isEnded) continue
      for (const n of arrived) {
        // The call in the course of which it was killed may have been written, but not told.
        const isLast = client.isKilled && (n === lastNoted + 1 || begun.has(n))
        if (!accepted.has(n) && !isLast) {
          this.#violate(
            `${name}-${n} has arrived, and ${refused.has(n) ? 'was refused' : 'was never accepted'}`,
          )
        }
      }
      for (const n of confirmed) {
        if (!arrived.has(n)) this.#violate(`${name}-${n} is called delivered, and has not arrived`)
      }
      for (const n of refused) {
        if (!account.failed.has(n) && !client.isKilled) {
          this.#violate(`${name}-${n} was refused in the call, and its failure was never told`)
        }
      }
      client.forget()
    }
  }

  #note(account: Account, line: string): void {
    const { client } = account
    const [kind, ...rest] = line.split(' ')
    const n = Number(rest[0])
    switch (kind) {
      case 'B':
        account.begun.add(n)
        break
      case 'A':
        account.accepted.add(n)
        account.client.hasAccepted = true
        if (!account.arrived.has(n) && !account.failed.has(n)) account.open.add(n)
        account.lastNoted = n
        this.#totals.calls++
        break
      case 'R':
        account.refused.add(n)
        account.lastNoted = n
        this.#totals.refused++
        this.#totals.calls++
        break
      case 'K':
        account.confirmed.add(n)
        break
      case 'F':
        this.#failed(client, rest[0] ?? '', rest.slice(1))
        break
      case 'D':
        this.#lost(client, n, rest.slice(1).join(' '))
        break
      case 'M':
        this.memory.push({
          calls: n,
          rss: Number(rest[1]),
          heap: Number(rest[2]),
          external: Number(rest[3]),
        })
        break
      case 'X':
        this.#violate(`${client.name}: ${rest.join(' ')}`)
    }
  }

  #failed(teller: Client, code: string, ids: readonly string[]): void {
    this.#totals.fail(code, ids.length)
    for (const id of ids) {
      const [account, n] = this.#find(id)
      if (!account) {
        this.#violate(
          `${teller.name} has told that ${id} failed (${code}), which nobody has called`,
        )
        continue
      }
      if (code === 'rejected400' && this.#refusals.has(id)) account.open.delete(n)
      else if (code === 'queue_full' && mayDrop(teller, account.client)) account.open.delete(n)
      else {
        this.#violate(`${teller.name} has told that ${id} failed: ${code}`)
      }
      account.failed.add(n)
    }
  }

  /** Half a message of a client that was killed is none: its call had not returned. Anything else is a loss. */
  #lost(teller: Client, count: number, text: string): void {
    if (count === 1 && text.includes('only half there')) this.#totals.torn++
    else this.#violate(`${teller.name} has lost ${count}: ${text}`)
  }

  #find(id: string): [Account | undefined, number] {
    const at = id.lastIndexOf('-')
    return [this.#accounts.get(id.slice(0, at)), Number(id.slice(at + 1))]
  }

  #violate(text: string): void {
    this.violations.push(text)
  }
}

/** A client drops its own messages, and with drop-oldest also those that it has taken over. */
function mayDrop(teller: Client, owner: Client): boolean {
  return teller === owner || (owner.isGone && teller.plan.options.overflow === 'drop-oldest')
}
