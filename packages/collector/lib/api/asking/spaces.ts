// The space that a question is about.
import type { Identifier, Profile } from '../../profiles/profile.js'
import type { Store } from '../../store/store.js'

/** Segment's Profile API wants a space in every path: this one stands for the only one, or the shared one. */
const DEFAULT = 'default'

export class SpaceError extends Error {
  override readonly name = 'SpaceError'
}

/**
 * The name of the space; undefined if nothing has arrived yet.
 *
 * @throws SpaceError if it does not exist, or if several exist and none is named.
 */
export async function spaceNamed(
  store: Store,
  name: string | undefined,
): Promise<string | undefined> {
  const spaces = await store.spaces()
  if (name !== undefined && spaces.includes(name)) return name
  const known = spaces.map((each) => JSON.stringify(each)).join(', ')
  if (name !== undefined && name !== DEFAULT) {
    if (spaces.length === 0) return undefined
    throw new SpaceError(`there is no space ${JSON.stringify(name)}; there are: ${known}`)
  }
  if (spaces.includes(DEFAULT)) return DEFAULT
  if (spaces.length > 1) throw new SpaceError(`name one of the spaces: ${known}`)
  return spaces[0]
}

/** `user_id:u1` as an identifier; undefined if the text is none. The value may have colons. */
export function identifierOf(text: string): Identifier | undefined {
  const colon = text.indexOf(':')
  if (colon < 1 || colon === text.length - 1) return undefined
  return { type: text.slice(0, colon), value: text.slice(colon + 1) }
}

/** The profile with this id (`use_…`), or with this identifier (`user_id:u1`). @throws SpaceError */
export async function profileNamed(
  store: Store,
  text: string,
  space: string | undefined,
): Promise<Profile | undefined> {
  const identifier = identifierOf(text)
  if (identifier !== undefined) {
    const name = await spaceNamed(store, space)
    return name === undefined ? undefined : store.profileOf(name, identifier)
  }
  const profile = await store.profile(text)
  if (profile === undefined || space === undefined) return profile
  return profile.space === (await spaceNamed(store, space)) ? profile : undefined
}
