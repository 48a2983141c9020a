// A batch of messages becomes profiles and rows, in one transaction.
import type { ProfileChanges } from '../profiles/changes.js'
import { Graph } from '../profiles/graph.js'
import type { Identifier } from '../profiles/profile.js'
import { profileId } from '../profiles/profile-id.js'
import { accountIdOf, promote } from '../profiles/promote.js'
import type { Rules } from '../profiles/rules.js'
import type { NewMessage, Store, Transaction } from '../store/store.js'
import { planRows } from '../warehouse/plan.js'
import type { Incoming, Outcome } from '../messages/incoming.js'

/**
 * Takes messages in: those whose messageId is not known yet are kept, resolved and made rows of. All of it is in the
 * store when the promise resolves, or nothing.
 *
 * @returns What became of each, in their order.
 * @throws StoreUnavailable if the store cannot take anything now
 */
export async function takeIn(
  store: Store,
  rules: Rules,
  batch: readonly Incoming[],
): Promise<Outcome[]> {
  if (batch.length === 0) return []
  return await store.transaction((transaction) => new Taking(transaction, rules).take(batch))
}

class Taking {
  readonly #transaction: Transaction
  readonly #rules: Rules
  /** By the place of their message, of those that have some. */
  readonly #violations = new Map<number, readonly string[]>()

  constructor(transaction: Transaction, rules: Rules) {
    this.#transaction = transaction
    this.#rules = rules
  }

  async take(batch: readonly Incoming[]): Promise<Outcome[]> {
    const ids = batch.map(({ message }) => message.messageId)
    const known = new Set(await this.#transaction.known(ids))
    const fresh = batch.filter(({ message: { messageId } }) => {
      if (known.has(messageId)) return false
      known.add(messageId)
      return true
    })
    const kept = fresh.length === 0 ? [] : await this.#keep(fresh)
    // In the same order, so that each finds its own.
    let next = 0
    return batch.map((incoming) => {
      const message = kept[next]
      if (message?.message !== incoming.message) return { isDuplicate: true }
      next += 1
      const { seq, profileId } = message
      return { isDuplicate: false, seq, profileId, violations: this.#violations.get(seq) ?? [] }
    })
  }

  async #keep(fresh: readonly Incoming[]): Promise<NewMessage[]> {
    const first = await this.#transaction.reserve(fresh.length)
    // Not by spreading, which is several times slower, and done for every message.
    const placed = fresh.map(({ message, space, source }, i): Placed => {
      return { message, space, source, seq: first + i, profileId: undefined }
    })
    for (const [space, messages] of groupedBy(placed, 'space')) {
      await this.#transaction.saveProfiles(await this.#resolve(space, messages))
    }
    await this.#transaction.insertMessages(placed)
    for (const [source, messages] of groupedBy(placed, 'source')) {
      await this.#writeRows(source, messages)
    }
    return placed
  }

  async #resolve(space: string, messages: readonly Placed[]): Promise<ProfileChanges> {
    const graph = new Graph(space, this.#rules)
    const identifiers: Identifier[] = []
    const accountIds = new Set<string>()
    const promoted = messages.map(({ message }) => promote(message, this.#rules))
    for (const each of promoted) identifiers.push(...each.identifiers)
    for (const { message } of messages) {
      const accountId = accountIdOf(message)
      if (accountId !== undefined) accountIds.add(accountId)
    }
    graph.add(
      await this.#transaction.profilesOf(space, identifiers),
      accountIds.size === 0 ? [] : await this.#transaction.accounts(space, [...accountIds]),
    )
    await this.#avoidTaken(graph, identifiers)
    messages.forEach((entry, place) => {
      const { profileId, violations } = graph.take(entry, promoted[place])
      entry.profileId = profileId
      if (violations.length > 0) this.#violations.set(entry.seq, violations)
    })
    return graph.drain()
  }

  /** What was split off and then erased may come again: its id of old is now somebody else's. */
  async #avoidTaken(graph: Graph, identifiers: readonly Identifier[]): Promise<void> {
    let first = identifiers.filter((identifier) => graph.profileOf(identifier) === undefined)
    for (let attempt = 0; first.length > 0; attempt++) {
      const ids = first.map((identifier) => profileId(graph.space, identifier, attempt))
      const taken = await this.#transaction.takenProfileIds(ids)
      if (taken.size === 0) return
      graph.avoid(taken)
      first = first.filter((_, place) => taken.has(ids[place] ?? ''))
    }
  }

  async #writeRows(source: string, messages: readonly Placed[]): Promise<void> {
    const transaction = this.#transaction
    const schema = await transaction.schema(source)
    const { changes, batches, upserts, discards } = planRows(schema, messages, this.#rules)
    if (changes.length > 0) await transaction.changeSchema(source, changes)
    await transaction.insertRows(source, batches)
    for (const upsert of upserts) {
      const states = await transaction.upsertStates(source, upsert.table, upsert.ids)
      await transaction.upsert(source, upsert.table, upsert.applyTo(states))
    }
    if (discards.length > 0) await transaction.discard(source, discards)
  }
}

interface Placed extends Incoming {
  readonly seq: number
  profileId: string | undefined
}

function groupedBy(messages: readonly Placed[], key: 'space' | 'source'): Map<string, Placed[]> {
  const groups = new Map<string, Placed[]>()
  for (const message of messages) {
    const group = groups.get(message[key])
    if (group) group.push(message)
    else groups.set(message[key], [message])
  }
  return groups
}
