// Values that PostgreSQL sends, as cells.
import type { Cell } from '../../cells/cells.js'
import { fromStored } from './texts.js'

type Parser = (text: string) => Cell

const PARSERS = new Map<number, Parser>([
  [16, (text) => text === 't'],
  [20, Number],
  [21, Number],
  [23, Number],
  [700, Number],
  [701, Number],
  [25, fromStored],
  [1184, toIso],
])

const asText: Parser = (text) => text

/** For node-postgres: whatever is not named here stays the text that PostgreSQL has for it. */
export const types = {
  getTypeParser: (oid: number): Parser => PARSERS.get(oid) ?? asText,
}

/** `2026-01-31 10:00:00.5+00`, the session's zone being UTC. */
function toIso(text: string): string {
  const match = /^(\d{4,6})-(\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d{1,3})\d*)?\+00( BC)?$/.exec(text)
  if (!match) return text
  const [, year = '', day, time, fraction = '', bc] = match
  const number = bc === undefined ? Number(year) : 1 - Number(year)
  const sign = number < 0 ? '-' : number > 9999 ? '+' : ''
  const digits = String(Math.abs(number)).padStart(sign === '' ? 4 : 6, '0')
  return `${sign}${digits}-${day}T${time}.${fraction.padEnd(3, '0')}Z`
}
