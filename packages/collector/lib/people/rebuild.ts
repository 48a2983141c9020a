// Resolves all people of a space again, from its messages, by rules that may be others.
import { diffPeople, type PeopleDiff } from '../profiles/diff.js'
import { Graph } from '../profiles/graph.js'
import type { Rules } from '../profiles/rules.js'
import { splitFrom } from '../profiles/split.js'
import type { Operation, Store, Transaction } from '../store/store.js'

const PAGE = 500

export interface Rebuilt extends PeopleDiff {
  /** How many messages were taken in again. */
  readonly messages: number
  /** Whether the people are now as the rules have them. */
  readonly isApplied: boolean
}

/**
 * Replays the messages in the order in which they arrived, and the splits at their places, and compares.
 *
 * @param options.apply - Puts the result in the place of what there was. Nothing is taken in meanwhile.
 */
export async function rebuild(
  store: Store,
  space: string,
  { rules, apply = false }: { readonly rules: Rules; readonly apply?: boolean },
): Promise<Rebuilt> {
  const replay = new Replay(store, space, rules)
  return apply
    ? await store.transaction((transaction) => replay.run(transaction))
    : await replay.run(undefined)
}

class Replay {
  readonly #store: Store
  readonly #space: string
  readonly #graph: Graph
  readonly #resolutions: { seq: number; profileId: string | undefined }[] = []

  constructor(store: Store, space: string, rules: Rules) {
    this.#store = store
    this.#space = space
    this.#graph = new Graph(space, rules)
  }

  async run(transaction: Transaction | undefined): Promise<Rebuilt> {
    const before = await this.#people()
    await this.#replay()
    const after = [...this.#graph.profiles()].map(({ mappings }) => mappings)
    const changes = this.#graph.drain()
    await transaction?.replaceProfiles(this.#space, changes, this.#resolutions)
    return {
      ...diffPeople(before, after),
      messages: this.#resolutions.length,
      isApplied: transaction !== undefined,
    }
  }

  async #people() {
    const people = []
    for (let before: number | undefined; ;) {
      const page = await this.#store.profiles({ space: this.#space, limit: PAGE, before })
      people.push(...page.map(({ mappings }) => mappings))
      if (page.length < PAGE) return people
      before = page.at(-1)?.seq
    }
  }

  async #replay(): Promise<void> {
    const operations = (await this.#store.operations(this.#space))
      .filter(({ kind }) => kind === 'split')
      .sort((a, b) => a.seq - b.seq)
    for (let after = 0; ;) {
      const page = await this.#store.messages({ after, limit: PAGE })
      for (const { message, seq, source, space } of page) {
        after = seq
        if (space !== this.#space) continue
        this.#splitBefore(seq, operations)
        const { profileId } = this.#graph.take({ message, seq, source })
        this.#resolutions.push({ seq, profileId })
      }
      if (page.length < PAGE) break
    }
    this.#splitBefore(Infinity, operations)
  }

  /** Carries out the splits that were made before a place in the order of arrival. */
  #splitBefore(seq: number, operations: Operation[]): void {
    for (;;) {
      const [next] = operations
      if (next === undefined || next.seq > seq) return
      operations.shift()
      this.#graph.split(splitFrom(next))
    }
  }
}
