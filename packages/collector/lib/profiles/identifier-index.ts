// Whose an identifier is.
import type { Identifier, Profile } from './profile.js'

/** By type and value, so that no key has to be made of the two for each look-up. */
export class IdentifierIndex {
  readonly #byType = new Map<string, Map<string, Profile>>()

  get({ type, value }: Identifier): Profile | undefined {
    return this.#byType.get(type)?.get(value)
  }

  set({ type, value }: Identifier, profile: Profile): void {
    const owners = this.#byType.get(type)
    if (owners === undefined) this.#byType.set(type, new Map([[value, profile]]))
    else owners.set(value, profile)
  }

  /** Every profile, each once. */
  profiles(): Set<Profile> {
    const profiles = new Set<Profile>()
    for (const owners of this.#byType.values()) {
      for (const profile of owners.values()) profiles.add(profile)
    }
    return profiles
  }
}
