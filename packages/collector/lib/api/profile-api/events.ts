// GET …/events (Segment: Profile API, Get a profile's events).
import { periodOf } from '../../../../../lib/spec/filter/period.js'
import type { StoredMessage } from '../../store/store.js'
import { invalid } from '../exchange/api-error.js'
import type { Query } from '../exchange/query.js'
import type { Call } from '../exchange/route.js'
import type { Needs } from '../needs/needs.js'
import { pieceOf } from './cursor.js'
import { groupIdsOf, messagesOf } from './messages.js'
import { subjectOf } from './subject.js'

const MAX = 100
/** How far back it looks: 14 days, ms. */
const HISTORY = 14 * 24 * 60 * 60 * 1000
/** An identify or group says who somebody is, not what they did. */
const TYPES = new Set(['track', 'page', 'screen'])

/** By their `timestamp`, the newest first unless `sort=asc`. */
export async function eventsAnswer(needs: Needs, call: Call) {
  const { query, request } = call
  const isWanted = wanted(query, needs.now())
  const isAscending = sortOf(query) === 'asc'
  const messages = await messagesOf(needs.store, await subjectOf(needs, call))
  const items = messages
    .filter(isWanted)
    .sort((a, b) => (isAscending ? inTime(a, b) : inTime(b, a)))
  const keyOf = ({ seq }: StoredMessage) => String(seq)
  const piece = pieceOf({ items, keyOf, max: MAX }, query, request)
  return { data: piece.items.map((stored) => eventOf(stored, needs)), cursor: piece.cursor }
}

function inTime(a: StoredMessage, b: StoredMessage): number {
  const [one, other] = [Date.parse(a.message.timestamp), Date.parse(b.message.timestamp)]
  return one - other || a.seq - b.seq
}

function wanted(query: Query, now: number): (stored: StoredMessage) => boolean {
  const start = Math.max(timeIn(query, 'start') ?? -Infinity, now - HISTORY)
  const end = timeIn(query, 'end') ?? Infinity
  const include = query.list('include')
  const exclude = query.list('exclude') ?? []
  return ({ message }) => {
    const time = Date.parse(message.timestamp)
    if (!TYPES.has(message.type) || time < start || time >= end) return false
    const name = message.event ?? message.name ?? ''
    return !exclude.includes(name) && (include === undefined || include.includes(name))
  }
}

function sortOf(query: Query): 'asc' | 'desc' {
  const sort = query.text('sort') ?? 'desc'
  if (sort === 'asc' || sort === 'desc') return sort
  throw invalid('sort must be asc or desc')
}

function timeIn(query: Query, name: string): number | undefined {
  const text = query.text(name)
  if (text === undefined) return undefined
  const period = periodOf(text)
  if (period === undefined) throw invalid(`${name} must be a date in ISO 8601`)
  return period.start
}

function eventOf(
  { message, source, profileId }: StoredMessage,
  { promote }: Pick<Needs, 'promote'>,
) {
  const [account] = groupIdsOf(message)
  return {
    external_ids: promote(message).identifiers.map(({ type, value }) => ({
      collection: 'users',
      type,
      id: value,
      encoding: 'none',
    })),
    context: message.context ?? {},
    type: message.type,
    message_id: message.messageId,
    source_id: source,
    timestamp: message.timestamp,
    properties: message.properties ?? {},
    ...(message.event === undefined ? {} : { event: message.event }),
    ...(typeof message.name === 'string' ? { name: message.name } : {}),
    related: {
      ...(profileId === undefined ? {} : { users: profileId }),
      ...(account === undefined ? {} : { accounts: account }),
    },
  }
}
