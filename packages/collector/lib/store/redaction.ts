// The values of an erased person in what belongs to others: a shared device, an e-mail that somebody else typed.
import type { Cell } from '../cells/cells.js'
import { ERASED } from '../messages/erased.js'
import { type CollectedMessage, isGiven } from '../messages/message.js'
import type { UpsertState } from '../warehouse/schema.js'

/** A copy in which these texts are replaced, wherever they stand. Something that has none of them is given back itself. */
export function redacted<T>(value: T, texts: ReadonlySet<string>, by: unknown = ERASED): T {
  if (typeof value === 'string') return (texts.has(value) ? by : value) as T
  if (typeof value === 'number') return (texts.has(String(value)) ? by : value) as T
  if (typeof value !== 'object' || value === null) return value
  const before = Object.entries(value)
  const after = before.map(([key, each]) => [key, redacted<unknown>(each, texts, by)] as const)
  if (after.every(([, each], i) => each === before[i]?.[1])) return value
  const values = after.map(([, each]) => each)
  return (Array.isArray(value) ? values : Object.fromEntries(after)) as T
}

/** A message without these texts. What says which message it is, and when, stays. */
export function redactedMessage(
  message: CollectedMessage,
  texts: ReadonlySet<string>,
): CollectedMessage {
  const { type, messageId, receivedAt, timestamp } = message
  return { ...redacted(message, texts), type, messageId, receivedAt, timestamp }
}

/** Whether a message has ids of these people, and of nobody else. */
export function isOnlyOf(message: CollectedMessage, ids: ReadonlySet<string>): boolean {
  const given = [message.userId, message.anonymousId].filter(isGiven)
  return given.length > 0 && given.every((id) => ids.has(String(id)))
}

/** Whether a cell is one of these texts, or the JSON of a list with one of them. */
export function holds(cell: Cell | undefined, texts: ReadonlySet<string>): boolean {
  if (cell === null || cell === undefined) return false
  const text = String(cell)
  if (texts.has(text)) return true
  if (!text.startsWith('[')) return false
  try {
    const list: unknown = JSON.parse(text)
    return redacted(list, texts) !== list
  } catch {
    return false
  }
}

/** The state of a row of `users` without these texts: each column stays, with no value. */
export function redactedState(state: UpsertState, texts: ReadonlySet<string>): UpsertState {
  const { id, columns, rest } = state
  return {
    id,
    columns: new Map(
      [...columns].map(([column, cell]) => [
        column,
        holds(cell.value, texts) ? { ...cell, value: null } : cell,
      ]),
    ),
    rest: rest === '' ? rest : JSON.stringify(redactedRest(JSON.parse(rest), texts)),
  }
}

/** As the warehouse writes it: `[trait, timestamp, seq, [[column, value], …]]` of each trait. */
function redactedRest(rest: unknown, texts: ReadonlySet<string>): unknown {
  return (rest as [string, number, number, [string, Cell][]][]).map(
    ([trait, timestamp, seq, values]) => [
      trait,
      timestamp,
      seq,
      values.map(([column, value]) => [column, holds(value, texts) ? null : value]),
    ],
  )
}
