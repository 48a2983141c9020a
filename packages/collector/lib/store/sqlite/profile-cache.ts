// Profiles that were read or written lately, from one transaction to the next.
import type { Identifier, Profile } from '../../profiles/profile.js'

export interface CachedProfile {
  readonly number: number
  profile: Profile
  /** It was given out and not saved: perhaps it was changed. */
  isStale?: boolean
}

/** At most twice as many identifiers are kept. */
const GENERATION = 20_000

/** By identifier: all those of a profile lead to the same entry. What was not asked for in a while is forgotten. */
export class ProfileCache {
  #young = new Map<string, CachedProfile>()
  #old = new Map<string, CachedProfile>()

  get(space: string, identifier: Identifier): CachedProfile | undefined {
    const key = keyOf(space, identifier)
    const young = this.#young.get(key)
    const found = young ?? this.#old.get(key)
    if (found === undefined || found.isStale === true) return undefined
    if (young === undefined) this.#put(key, found)
    return found
  }

  set(space: string, identifiers: Iterable<Identifier>, entry: CachedProfile): void {
    for (const identifier of identifiers) this.#put(keyOf(space, identifier), entry)
  }

  delete(space: string, identifiers: Iterable<Identifier>): void {
    for (const identifier of identifiers) {
      const key = keyOf(space, identifier)
      this.#young.delete(key)
      this.#old.delete(key)
    }
  }

  clear(): void {
    this.#young.clear()
    this.#old.clear()
  }

  #put(key: string, entry: CachedProfile): void {
    if (this.#young.size >= GENERATION) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(key, entry)
  }
}

/** With the lengths before them, no two identifiers have the same key. */
function keyOf(space: string, { type, value }: Identifier): string {
  return `${space.length},${type.length},${space}${type}${value}`
}
