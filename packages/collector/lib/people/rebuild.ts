// The people of a space, resolved anew from its messages, by other rules.
import { diffPeople, type PeopleDiff, type Person } from '../profiles/diff.js'
import { Graph } from '../profiles/graph.js'
import type { Rules } from '../profiles/rules.js'
import { splitFrom } from '../profiles/split.js'
import type { Operation, Store, StoredMessage } from '../store/store.js'

const PAGE = 1_000

export interface RebuildOptions {
  readonly space: string
  readonly rules: Rules
  /** Whether the new people are put in the place of those that are there. @default false */
  readonly apply?: boolean | undefined
  /** Called after every page of messages with how many have been replayed. */
  readonly onProgress?: ((messages: number) => void) | undefined
}

/**
 * Replays the messages of a space in their order of arrival, with the splits that were made by hand at their places.
 * The messages and the tables of the sources stay as they are.
 *
 * With `apply`, messages that come meanwhile are taken in before or after, never lost: the last of the replay and the
 * exchange are one transaction.
 *
 * @returns How the people differ from those that the store has.
 */
export async function rebuild(store: Store, options: RebuildOptions): Promise<PeopleDiff> {
  const { space, rules, apply = false, onProgress } = options
  const replay = new Replay(store, space, rules)
  while (await replay.next()) onProgress?.(replay.count)
  if (!apply) {
    replay.finish()
    return diffPeople(await peopleOf(store, space), replay.people())
  }
  return await store.transaction(async (transaction) => {
    while (await replay.next()) onProgress?.(replay.count)
    replay.finish()
    const diff = diffPeople(await peopleOf(store, space), replay.people())
    await transaction.replaceProfiles(space, replay.graph.drain(), replay.resolutions)
    return diff
  })
}

class Replay {
  readonly graph: Graph
  readonly resolutions: { seq: number; profileId: string | undefined }[] = []
  readonly #store: Store
  readonly #space: string
  #operations: Operation[] = []
  #done = 0
  #last = 0

  constructor(store: Store, space: string, rules: Rules) {
    this.#store = store
    this.#space = space
    this.graph = new Graph(space, rules)
  }

  /** How many messages have been replayed. */
  get count(): number {
    return this.resolutions.length
  }

  /** Replays a page of messages. @returns whether there was one */
  async next(): Promise<boolean> {
    const page = await this.#store.messages({ after: this.#last, limit: PAGE })
    // Read after the messages, so that none is missed that was made before one of them.
    this.#operations = await this.#store.operations(this.#space)
    for (const stored of page) this.#replay(stored)
    return page.length > 0
  }

  /** Carries out what was done after the last message. */
  finish(): void {
    this.#operate(Infinity)
  }

  people(): Person[] {
    return [...this.graph.profiles()].map(({ mappings }) => mappings)
  }

  #replay({ seq, message, space, source }: StoredMessage): void {
    this.#last = seq
    if (space !== this.#space) return
    this.#operate(seq)
    const { profileId } = this.graph.take({ message, seq, source })
    this.resolutions.push({ seq, profileId })
  }

  /** An erasure needs nothing: the messages are gone. */
  #operate(before: number): void {
    for (; this.#done < this.#operations.length; this.#done++) {
      const operation = this.#operations[this.#done]
      if (operation === undefined || operation.seq > before) return
      if (operation.kind === 'split') this.graph.split(splitFrom(operation))
    }
  }
}

async function peopleOf(store: Store, space: string): Promise<Person[]> {
  const people = new Map<string, Person>()
  for (let after = 0; ;) {
    const page = await store.profiles({ space, after, limit: PAGE })
    const fresh = page.filter(({ id }) => !people.has(id))
    for (const { id, mappings } of fresh) people.set(id, mappings)
    const last = page.at(-1)?.seq
    if (last === undefined) return [...people.values()]
    // A split may have made two at the same place, of which the page may have ended after the first.
    after = fresh.length === 0 ? last : last - 1
  }
}
