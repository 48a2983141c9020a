// GET …/links (Segment: Profile API, Get a profile's linked users or accounts).
import type { Store } from '../../store/store.js'
import type { Call } from '../exchange/route.js'
import type { Needs } from '../needs/needs.js'
import { pieceOf } from './cursor.js'
import { type ExternalId, externalIdsOf } from './external-ids.js'
import { groupIdsOf, messagesOf } from './messages.js'
import { type Subject, subjectOf } from './subject.js'

const MAX = 20

interface Link {
  readonly to_collection: 'users' | 'accounts'
  readonly external_ids: readonly ExternalId[]
}

/** A user's accounts, or an account's users: those that a group() call joined, the newest first. */
export async function linksAnswer(needs: Needs, call: Call) {
  const { query, request } = call
  const { store } = needs
  const subject = await subjectOf(needs, call)
  const calls = (await messagesOf(store, subject)).filter(({ message }) => message.type === 'group')
  const ids = calls.flatMap(({ message, profileId }) =>
    subject.collection === 'users' ? groupIdsOf(message) : (profileId ?? []),
  )
  const piece = pieceOf({ items: [...new Set(ids)], keyOf: (id) => id, max: MAX }, query, request)
  const linked = await Promise.all(piece.items.map((id) => otherSide(store, subject, id)))
  const data = linked
    .filter((each) => each !== undefined)
    .map((each): Link => ({ to_collection: each.collection, external_ids: externalIdsOf(each) }))
  return { data, cursor: piece.cursor }
}

async function otherSide(store: Store, subject: Subject, id: string): Promise<Subject | undefined> {
  if (subject.collection === 'accounts') {
    const profile = await store.profile(id)
    return profile === undefined ? undefined : { collection: 'users', profile }
  }
  const account = await store.account(subject.profile.space, id)
  return account === undefined ? undefined : { collection: 'accounts', account }
}
