// Reads the timestamp of a row in the forms that exports and databases use.

import { types } from 'node:util'
import { toIsoTimestamp } from '../spec/timestamp.js'
import { toError } from '../runtime/describe-value.js'
import { RowError } from './row-error.js'

/**
 * A valid Date, an ISO-8601 text (without a zone: UTC), epoch milliseconds, or epoch seconds if the option `unit`
 * says so. Numbers may be text, as in a CSV file.
 */
export type BackfillTimestamp = Date | string | number | bigint

/** Epoch numbers below this are seconds: as milliseconds they would all lie before March 1973. */
const secondsBelow = 1e11

const numeric = /^[+-]?\d+(\.\d+)?$/

/**
 * Converts a timestamp to ISO-8601 UTC; undefined for undefined, null and an empty text.
 *
 * @throws RowError or AnalyticsError that says what is wrong; it shows numbers, but not texts
 */
export function toTimestamp(value: unknown, unit: 'milliseconds' | 'seconds'): string | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value === 'bigint') return fromNumber(Number(value), unit)
  if (typeof value === 'number') return fromNumber(value, unit)
  if (typeof value === 'string') {
    const text = value.trim()
    if (text === '') return undefined
    if (isCanonical(text)) return text
    return numeric.test(text) ? fromNumber(Number(text), unit) : fromText(text)
  }
  // An invalid Date or an object is reported by this check.
  return toIsoTimestamp(types.isDate(value) ? new Date(value.getTime()) : value)
}

const everyMonths =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/

/** Whether it already has the form in which it is sent. */
function isCanonical(text: string): boolean {
  if (text.length !== 24 || !text.endsWith('Z') || text < '1970') return false
  // Days that every month has need no check of the calendar, which would take longer than all the rest.
  if (everyMonths.test(text)) return true
  const time = Date.parse(text)
  return !Number.isNaN(time) && new Date(time).toISOString() === text
}

/** Other forms are for the mapping: only the user knows which day 03/04/2014 is. */
function fromText(text: string): string {
  try {
    return toIsoTimestamp(text)
  } catch (error) {
    const [kind = ''] = toError(error).message.split('; ', 1)
    // The form is valid, but the API does not store this instant.
    if (!kind.startsWith('timestamp is a string')) throw error
    throw new RowError(
      kind,
      `${kind}; allowed: 2014-03-05T12:00:00Z, 2014-03-05 or epoch milliseconds; convert any other form in a mapping (map, --map)`,
      text,
    )
  }
}

function fromNumber(value: number, unit: 'milliseconds' | 'seconds'): string {
  if (value < 0)
    throw new RowError(
      'timestamp before 1970',
      `timestamp is ${value}: before 1970, which the API does not store`,
    )
  if (!Number.isFinite(value)) return toIsoTimestamp(value)
  if (unit === 'seconds') {
    if (value < secondsBelow) return new Date(Math.round(value * 1000)).toISOString()
    throw new RowError(
      'timestamp looks like milliseconds',
      `timestamp is ${value}: that looks like milliseconds, but unit is 'seconds'`,
    )
  }
  if (value >= secondsBelow) return toIsoTimestamp(value)
  throw new RowError(
    'timestamp looks like seconds',
    `timestamp is ${value}: that looks like seconds; set unit to 'seconds' (--unit seconds)`,
  )
}
