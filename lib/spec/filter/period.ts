// Dates as a filter has them: a year, a month, a day or a moment, each a period of time.

/** From `start` up to, but not including, `end`: ms since 1970. */
export interface Period {
  readonly start: number
  readonly end: number
}

// One way to read each text, so nothing to go back to.
const ISO =
  /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?([Zz]|[+-]\d{2}:?\d{2})?)?)?)?$/

/** The period that an ISO 8601 text means; no zone is UTC. Undefined if the text is no date. */
export function periodOf(text: string): Period | undefined {
  const parts = ISO.exec(text)
  if (parts === null) return undefined
  const field = (index: number, otherwise: number) => Number(parts[index] ?? otherwise)
  const [year, month, day] = [field(1, 1970), field(2, 1), field(3, 1)]
  const [hour, minute, second] = [field(4, 0), field(5, 0), field(6, 0)]
  if (hour > 23 || minute > 59 || second > 59) return undefined
  const date = new Date(utc(year, month, day))
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined
  const millisecond = Math.trunc(Number(`0.${parts[7] ?? '0'}`) * 1000)
  const time = ((hour * 60 + minute) * 60 + second) * 1000 + millisecond
  const start = date.getTime() + time - zoneOffset(parts[8])
  if (parts[2] === undefined) return { start, end: utc(year + 1, 1, 1) }
  if (parts[3] === undefined) return { start, end: utc(year, month + 1, 1) }
  return { start, end: start + lengthOf(parts) }
}

function lengthOf(parts: RegExpExecArray): number {
  if (parts[4] === undefined) return 24 * 60 * 60 * 1000
  if (parts[6] === undefined) return 60_000
  return parts[7] === undefined ? 1000 : 1
}

/** Date.UTC would read the years 0 to 99 as those of the last century. */
function utc(year: number, month: number, day: number): number {
  return new Date(0).setUTCFullYear(year, month - 1, day)
}

function zoneOffset(zone: string | undefined): number {
  if (zone === undefined || /^z$/i.test(zone)) return 0
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2))
  return (zone.startsWith('-') ? -1 : 1) * minutes * 60_000
}
