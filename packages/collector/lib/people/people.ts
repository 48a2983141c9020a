// Explains how a person came together, and changes people by hand.
import type { LogName } from '../profiles/changes.js'
import { explain, type Explanation, messageIdsIn } from '../profiles/explain.js'
import { Graph } from '../profiles/graph.js'
import type { Identifier, Profile } from '../profiles/profile.js'
import type { Rules } from '../profiles/rules.js'
import { checkSplit } from '../profiles/split.js'
import type { Store } from '../store/store.js'

/** How much of the logs of a person an explanation reads. */
const MOST_ROWS = 10_000

export class People {
  readonly #store: Store
  readonly #rules: Rules
  readonly #now: () => number

  /** @param now - The collector's clock, ms since 1970. */
  constructor(store: Store, rules: Rules, now: () => number = Date.now) {
    this.#store = store
    this.#rules = rules
    this.#now = now
  }

  /** Why two identifiers are one person, or why they are not. */
  async explain(space: string, a: Identifier, b: Identifier): Promise<Explanation> {
    const profiles = [
      await this.#store.profileOf(space, a),
      await this.#store.profileOf(space, b),
    ] as const
    const known = profiles.flatMap((each) => (each ? [each.id, ...each.merged] : []))
    // An identifier that belongs to nobody is named by no profile.
    const profileIds = profiles.includes(undefined) ? undefined : known
    const read = (name: LogName) => this.#store.log(name, { profileIds, limit: MOST_ROWS })
    const logs = {
      id_graph_updates: await read('id_graph_updates'),
      external_id_mapping_updates: await read('external_id_mapping_updates'),
      violations: await read('violations'),
    }
    const messageIds = messageIdsIn(logs)
    const stored = await this.#store.messages({ messageIds, limit: messageIds.length + 1 })
    return explain({
      identifiers: [a, b],
      profiles,
      logs,
      messages: stored.map(({ message }) => message),
      rules: this.#rules,
      space,
    })
  }

  /**
   * Takes identifiers out of a profile. They are never joined again by a message that has both.
   *
   * @returns The profile that has them now.
   * @throws TypeError that says why it cannot be done
   */
  async split(
    space: string,
    profileId: string,
    identifiers: readonly Identifier[],
  ): Promise<{ readonly profileId: string }> {
    const at = new Date(this.#now()).toISOString()
    return await this.#store.transaction(async (transaction) => {
      const graph = new Graph(space, this.#rules)
      graph.add(await transaction.profilesOf(space, identifiers), [])
      const [first] = identifiers
      const profile = first === undefined ? undefined : graph.profileOf(first)
      if (profile?.id !== profileId) {
        throw new TypeError(`these are no identifiers of the profile ${profileId}`)
      }
      checkSplit(profile, identifiers)
      const seq = await transaction.reserve(1)
      const { created, details } = graph.split({ identifiers, seq, at })
      await transaction.saveProfiles(graph.drain())
      await transaction.recordOperation({ seq, space, kind: 'split', at, details })
      const [result] = created
      if (result === undefined) throw new Error('a split creates a profile')
      return { profileId: result.id }
    })
  }

  /** Forgets a person: messages, rows, identifiers, traits and log rows. */
  async erase(
    space: string,
    profileId: string,
  ): Promise<{ readonly messages: number; readonly rows: number }> {
    const profile: Profile | undefined = await this.#store.profile(profileId)
    if (profile?.space !== space) throw new TypeError(`there is no profile ${profileId}`)
    const at = new Date(this.#now()).toISOString()
    return await this.#store.transaction(async (transaction) => {
      const erased = await transaction.erase(space, [profile.id])
      const seq = await transaction.reserve(1)
      const details = JSON.stringify(erased)
      await transaction.recordOperation({ seq, space, kind: 'erase', at, details })
      return erased
    })
  }
}
