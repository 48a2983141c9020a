// How values of PostgreSQL become values of JavaScript: so that nothing of them is lost, and none depends on the machine.

import type * as pg from 'pg'

type Parsers = pg.CustomTypesConfig

/** Those of `pg`, but for the types with which a backfill would go wrong. */
export function valueParsers(standard: typeof pg.types): Parsers {
  const { INT8, NUMERIC, DATE, TIMESTAMP } = standard.builtins
  const own = new Map<number, (text: string) => unknown>([
    [INT8, numberOrText],
    [NUMERIC, numberOrText],
    // pg makes them the midnight of the machine's zone.
    [DATE, (text) => text],
    [TIMESTAMP, utc],
  ])
  const standardParser = standard.getTypeParser as (oid: number, format: string) => unknown
  const getTypeParser = (oid: number, format: 'text' | 'binary'): unknown =>
    (format === 'binary' ? undefined : own.get(oid)) ?? standardParser(oid, format)
  return { getTypeParser } as Parsers
}

/** A number where it holds every digit; an id or an amount that it would round stays text. */
function numberOrText(text: string): number | string {
  const digits = text.replace(/^-?0*\.?0*|\./g, '')
  return digits.length <= 15 && /^-?[\d.]+$/.test(text) ? Number(text) : text
}

/** `2014-01-01 00:00:00.123456`. What is no instant of our calendar (infinity, BC, the year 10000) stays text. */
function utc(text: string): Date | string {
  const date = new Date(`${text.replace(' ', 'T')}Z`)
  return Number.isNaN(date.getTime()) ? text : date
}
