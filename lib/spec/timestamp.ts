// Timestamps: converts what callers may pass to the ISO-8601 UTC text that is sent.

import { types } from 'node:util'
import { AnalyticsError } from './error.js'
import { describeValue } from '../runtime/describe-value.js'

const allowed = 'a valid Date, an ISO-8601 string or epoch milliseconds'

/** Epoch numbers below this are seconds: as milliseconds they would all lie before March 1973. */
const secondsBelow = 1e11
const year10000 = 253402300800000

// Date.parse alone accepts texts that are not dates ("1", "May"), and reads a time without a zone in the zone of the
// machine: one record would mean two instants on two servers.
const iso =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?[ ]?(Z|[+-]\d{2}(?::?\d{2})?)?)?$/i

/**
 * A caller's timestamp as ISO-8601 UTC with milliseconds (Segment spec: Common fields, Timestamps). A text without a
 * zone is read as UTC.
 *
 * @throws AnalyticsError `invalid_message` that says why: an invalid Date, a text that is not a date, a number that
 * can only be seconds, anything before 1970 or after 9999.
 */
export function toIsoTimestamp(value: unknown): string {
  const time = toTime(value)
  if (time < 0) throw invalid('lies before 1970-01-01, which the API does not store')
  if (time >= year10000) {
    throw invalid(
      'lies after the year 9999: epoch numbers are milliseconds, not micro- or nanoseconds',
    )
  }
  return new Date(time).toISOString()
}

function toTime(value: unknown): number {
  if (typeof value === 'string') return isoTime(value)
  if (typeof value === 'number') {
    if (Number.isNaN(value)) throw invalid('is NaN')
    if (Math.abs(value) < secondsBelow) {
      throw invalid('is a number that can only be seconds: epoch numbers are milliseconds')
    }
    return value
  }
  if (!types.isDate(value)) throw invalid(`is ${describeValue(value)}`)
  const time = value.getTime()
  if (Number.isNaN(time)) throw invalid('is an invalid Date')
  return time
}

/**
 * The time of an ISO-8601 text, in milliseconds since 1970, also before it. A text without a zone is read as UTC.
 *
 * @throws AnalyticsError `invalid_message`
 */
export function isoTime(text: string): number {
  const parts = iso.exec(text)
  if (!parts) throw invalid('is a string that is not an ISO-8601 date')
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', zone = 'Z'] =
    parts
  const milliseconds = Number(fraction.padEnd(3, '0').slice(0, 3))
  const date = new Date(0)
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day))
  const dayExists = date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day)
  // ISO 8601 allows 24:00:00 as the end of a day.
  const endOfDay =
    Number(hour) === 24 && Number(minute) === 0 && Number(second) === 0 && milliseconds === 0
  const timeExists = (Number(hour) < 24 && Number(minute) < 60 && Number(second) < 60) || endOfDay
  const offset = zoneOffset(zone)
  if (!dayExists || !timeExists || offset === undefined) {
    throw invalid('is an ISO-8601 string of a date or time that does not exist')
  }
  return date.setUTCHours(Number(hour), Number(minute), Number(second), milliseconds) - offset
}

function zoneOffset(zone: string): number | undefined {
  if (zone === 'Z' || zone === 'z') return 0
  const hours = Number(zone.slice(1, 3))
  const minutes = Number(zone.slice(3).replace(':', ''))
  if (hours > 23 || minutes > 59) return undefined
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000
}

function invalid(problem: string): AnalyticsError {
  return new AnalyticsError('invalid_message', `timestamp ${problem}; allowed: ${allowed}`)
}

/** Gives the time of messages without a timestamp. Thousands of calls share a millisecond, so its text is cached. */
export class Clock {
  #time = NaN
  #text = ''

  now(): string {
    const time = Date.now()
    if (time !== this.#time) {
      this.#text = new Date(time).toISOString()
      this.#time = time
    }
    return this.#text
  }
}
