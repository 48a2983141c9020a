// The least that a store of profiles is: what a graph drained, and what the next graph needs of it.
import type { Incoming } from '../../lib/messages/incoming.js'
import type { LogName, LogRow, ProfileChanges } from '../../lib/profiles/changes.js'
import { Graph } from '../../lib/profiles/graph.js'
import { LOG_TABLES } from '../../lib/profiles/logs.js'
import type { Account, Identifier, Profile } from '../../lib/profiles/profile.js'
import { accountIdOf, promote } from '../../lib/profiles/promote.js'
import type { Rules } from '../../lib/profiles/rules.js'
import type { SplitResult } from '../../lib/profiles/split.js'
import { id } from './people.js'

const LOG_NAMES = Object.keys(LOG_TABLES) as LogName[]

export class Shelf {
  readonly #space: string
  readonly #rules: Rules
  readonly #profiles = new Map<string, Profile>()
  readonly #owners = new Map<string, string>()
  readonly #accounts = new Map<string, Account>()
  readonly #into = new Map<string, string>()
  readonly #counted: { readonly messageId: string; readonly profileId: string | undefined }[] = []
  readonly logs: Readonly<Record<LogName, LogRow[]>> = {
    id_graph_updates: [],
    external_id_mapping_updates: [],
    profile_traits_updates: [],
    violations: [],
  }
  #seq = 0

  constructor(space: string, rules: Rules) {
    this.#space = space
    this.#rules = rules
  }

  /** Takes messages in, as one transaction does. */
  takeIn(incoming: readonly Incoming[]): void {
    const graph = new Graph(this.#space, this.#rules)
    graph.add(
      this.#profilesOf(
        incoming.flatMap(({ message }) => [...promote(message, this.#rules).identifiers]),
      ),
      incoming.flatMap(({ message }) => {
        const account = this.#accounts.get(accountIdOf(message) ?? '')
        return account === undefined ? [] : [structuredClone(account)]
      }),
    )
    for (const { message, source } of incoming) {
      this.#seq += 1
      const { profileId } = graph.take({ message, source, seq: this.#seq })
      this.#counted.push({ messageId: message.messageId, profileId })
    }
    this.save(graph.drain())
  }

  /** On the day after the messages. */
  split(ids: readonly string[]): SplitResult {
    const graph = new Graph(this.#space, this.#rules)
    const identifiers = ids.map(id)
    graph.add(this.#profilesOf(identifiers), [])
    this.#seq += 1
    const result = graph.split({ identifiers, seq: this.#seq, at: '2026-03-03T00:00:00.000Z' })
    this.save(graph.drain())
    return result
  }

  save(changes: ProfileChanges): void {
    for (const { profileId, mapping } of changes.added) this.#owners.set(key(mapping), profileId)
    for (const { from, into } of changes.merges) {
      this.#profiles.delete(from)
      this.#into.set(from, into)
    }
    for (const { identifier, to } of changes.moved) this.#owners.set(key(identifier), to)
    for (const profile of changes.profiles) this.#keep(profile)
    for (const profile of changes.touched) this.#keep(profile)
    for (const account of changes.accounts) this.#accounts.set(account.id, structuredClone(account))
    for (const name of LOG_NAMES) this.logs[name].push(...changes.logs[name])
  }

  profiles(): Profile[] {
    return [...this.#profiles.values()]
  }

  profileOf(identifier: Identifier): Profile | undefined {
    const id = this.#owners.get(key(identifier))
    return id === undefined ? undefined : this.#profiles.get(this.#survivor(id))
  }

  accounts(): Account[] {
    return [...this.#accounts.values()]
  }

  /** What each message is counted to, merges followed. */
  messages(): { readonly messageId: string; readonly profileId: string | undefined }[] {
    return this.#counted.map(({ messageId, profileId }) => ({
      messageId,
      profileId: profileId === undefined ? undefined : this.#survivor(profileId),
    }))
  }

  #keep(profile: Profile): void {
    this.#profiles.set(profile.id, structuredClone(profile))
  }

  #profilesOf(identifiers: readonly Identifier[]): Profile[] {
    const found = new Set(identifiers.flatMap((identifier) => this.profileOf(identifier) ?? []))
    return [...found].map((profile) => structuredClone(profile))
  }

  #survivor(id: string): string {
    const into = this.#into.get(id)
    return into === undefined ? id : this.#survivor(into)
  }
}

function key({ type, value }: Identifier): string {
  return JSON.stringify([type, value])
}
