// GET …/external_ids (Segment: Profile API, Get a profile's external ids).
import type { Needs } from '../needs/needs.js'
import type { Call } from '../exchange/route.js'
import { pieceOf } from './cursor.js'
import { type Subject, subjectOf } from './subject.js'

const MAX = 100

export interface ExternalId {
  /** The name of the source. Null for an account, of which it is not kept. */
  readonly source_id: string | null
  readonly collection: 'users' | 'accounts'
  readonly id: string
  readonly type: string
  readonly created_at: string
  readonly encoding: 'none'
  readonly first_message_id: string
}

/** In the order in which they came. */
export async function externalIdsAnswer(needs: Needs, call: Call) {
  const { query, request } = call
  const include = query.list('include')
  const items = externalIdsOf(await subjectOf(needs, call)).filter(
    ({ type }) => include === undefined || include.includes(type),
  )
  const keyOf = ({ type, id }: ExternalId) => `${type}:${id}`
  const piece = pieceOf({ items, keyOf, max: MAX }, query, request)
  return { data: piece.items, cursor: piece.cursor }
}

export function externalIdsOf(subject: Subject): ExternalId[] {
  if (subject.collection === 'accounts') {
    const { id, createdAt, firstMessageId } = subject.account
    return [
      {
        source_id: null,
        collection: 'accounts',
        id,
        type: 'group_id',
        created_at: createdAt,
        encoding: 'none',
        first_message_id: firstMessageId,
      },
    ]
  }
  return subject.profile.mappings.map(({ type, value, createdAt, source, firstMessageId }) => ({
    source_id: source,
    collection: 'users',
    id: value,
    type,
    created_at: createdAt,
    encoding: 'none',
    first_message_id: firstMessageId,
  }))
}
