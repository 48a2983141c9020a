// Converts values of PostgreSQL to JavaScript, without loss, and independently of the machine.

import type * as pg from 'pg'

type Parsers = pg.CustomTypesConfig

/** The parsers of `pg`, except for types with which a backfill would go wrong. */
export function valueParsers(standard: typeof pg.types): Parsers {
  const { INT8, NUMERIC, DATE, TIMESTAMP } = standard.builtins
  const own = new Map<number, (text: string) => unknown>([
    [INT8, numberOrText],
    [NUMERIC, numberOrText],
    // pg would read these in the zone of the machine.
    [DATE, (text) => text],
    [TIMESTAMP, utc],
  ])
  const standardParser = standard.getTypeParser as (oid: number, format: string) => unknown
  const getTypeParser = (oid: number, format: 'text' | 'binary'): unknown =>
    (format === 'binary' ? undefined : own.get(oid)) ?? standardParser(oid, format)
  return { getTypeParser } as Parsers
}

/** A number if it keeps every digit; an id or amount that would be rounded stays text. */
function numberOrText(text: string): number | string {
  const digits = text.replace(/^-?0*\.?0*|\./g, '')
  return digits.length <= 15 && /^-?[\d.]+$/.test(text) ? Number(text) : text
}

/** `2014-01-01 00:00:00.123456`. Other values (infinity, BC, the year 10000) stay text. */
function utc(text: string): Date | string {
  const date = new Date(`${text.replace(' ', 'T')}Z`)
  return Number.isNaN(date.getTime()) ? text : date
}
