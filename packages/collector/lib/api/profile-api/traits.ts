// GET …/traits (Segment: Profile API, Get a profile's traits).
import type { Needs } from '../needs/needs.js'
import type { Call } from '../exchange/route.js'
import { withName } from '../../profiles/traits.js'
import { pieceOf } from './cursor.js'
import { type Subject, subjectOf } from './subject.js'

const MAX = 200

/** In the order of their names. `verbose`: with the time of each. */
export async function traitsAnswer(needs: Needs, call: Call) {
  const { query, request } = call
  const subject = await subjectOf(needs, call)
  const include = query.list('include')
  // Audiences and computed traits, which it asks for, are made elsewhere: nobody has one here.
  const isOfClass = query.text('class') !== undefined
  const items = [...traitsOf(subject)]
    .filter(([name, { value }]) => value !== null && !isOfClass && isIncluded(name, include))
    .sort(([a], [b]) => (a < b ? -1 : 1))
  const piece = pieceOf({ items, keyOf: ([name]) => name, max: MAX }, query, request)
  const isVerbose = query.flag('verbose')
  const traits = piece.items.map(([name, { value, timestamp }]) => [
    name,
    isVerbose ? { value, updated_at: timestamp } : value,
  ])
  return { traits: Object.fromEntries(traits) as unknown, cursor: piece.cursor }
}

function traitsOf(subject: Subject) {
  return subject.collection === 'users' ? withName(subject.profile.traits) : subject.account.traits
}

function isIncluded(name: string, include: readonly string[] | undefined): boolean {
  return include === undefined || include.includes(name)
}
