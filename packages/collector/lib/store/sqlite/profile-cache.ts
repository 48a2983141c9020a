// Profiles that were read or written lately, from one transaction to the next.
import type { Identifier, Profile } from '../../profiles/profile.js'

export interface CachedProfile {
  readonly number: number
  profile: Profile
  /** It was given out and not saved: perhaps it was changed. */
  isStale?: boolean
}

/** At most twice as many identifiers are kept. */
const GENERATION = 10_000

/** By identifier: all those of a profile lead to the same entry. What was not asked for in a while is forgotten. */
export class ProfileCache {
  #young = new Generation()
  #old = new Generation()

  get(space: string, identifier: Identifier): CachedProfile | undefined {
    const young = this.#young.get(space, identifier)
    const found = young ?? this.#old.get(space, identifier)
    if (found === undefined || found.isStale === true) return undefined
    if (young === undefined) this.#put(space, identifier, found)
    return found
  }

  set(space: string, identifiers: Iterable<Identifier>, entry: CachedProfile): void {
    for (const identifier of identifiers) this.#put(space, identifier, entry)
  }

  clear(): void {
    this.#young = new Generation()
    this.#old = new Generation()
  }

  #put(space: string, identifier: Identifier, entry: CachedProfile): void {
    if (this.#young.size >= GENERATION) {
      this.#old = this.#young
      this.#young = new Generation()
    }
    this.#young.set(space, identifier, entry)
  }
}

/** By space, type and value, so that no key has to be made of the three for each look-up. */
class Generation {
  readonly #spaces = new Map<string, Map<string, Map<string, CachedProfile>>>()
  #size = 0

  /** How many identifiers it has. */
  get size(): number {
    return this.#size
  }

  get(space: string, { type, value }: Identifier): CachedProfile | undefined {
    return this.#spaces.get(space)?.get(type)?.get(value)
  }

  set(space: string, { type, value }: Identifier, entry: CachedProfile): void {
    const types = entryOf(this.#spaces, space, newMap<Map<string, CachedProfile>>)
    const values = entryOf(types, type, newMap<CachedProfile>)
    const before = values.size
    values.set(value, entry)
    this.#size += values.size - before
  }
}

function newMap<T>(): Map<string, T> {
  return new Map()
}

function entryOf<T>(map: Map<string, T>, key: string, make: () => T): T {
  let found = map.get(key)
  if (found === undefined) map.set(key, (found = make()))
  return found
}
