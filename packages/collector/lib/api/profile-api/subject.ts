// Whom a request of the Profile API is about.
import type { Account, Profile } from '../../profiles/profile.js'
import { identifierOf, profileNamed, spaceNamed } from '../asking/spaces.js'
import { ApiError, invalid, notFound } from '../exchange/api-error.js'
import type { Call } from '../exchange/route.js'
import type { Needs } from '../needs/needs.js'

export type Subject =
  | { readonly collection: 'users'; readonly profile: Profile }
  | { readonly collection: 'accounts'; readonly account: Account }

/** @throws ApiError 404 if there is nobody, in the words of Segment's Profile API. */
export async function subjectOf({ store }: Needs, { parameters }: Call): Promise<Subject> {
  const { space, collection, profile: name = '' } = parameters
  if (collection !== 'users' && collection !== 'accounts') {
    throw new ApiError(400, 'validation_error', 'the collection must be users or accounts')
  }
  if (collection === 'users') {
    const profile = await profileNamed(store, name, space)
    if (profile === undefined) throw notFound('Profile was not found.')
    return { collection, profile }
  }
  const identifier = identifierOf(name)
  if (identifier?.type !== 'group_id') throw invalid('an account is named by group_id:…')
  const spaceName = await spaceNamed(store, space)
  const account =
    spaceName === undefined ? undefined : await store.account(spaceName, identifier.value)
  if (account === undefined) throw notFound('Profile was not found.')
  return { collection, account }
}
