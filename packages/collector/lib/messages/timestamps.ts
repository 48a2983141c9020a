// When a message happened, by the server's clock (Segment spec, Common Fields: Timestamps).

// ISO 8601 as clients send it: fractions of one to nine digits, one-digit months and days (the HTTP API's own
// example has them), a zone or none. Date.parse alone is no check: it takes '1' for the year 2001.
const ISO_DATE =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}:?\d{2})?)?$/i

// As JavaScript itself writes them; the days that only some months have are left to be looked at.
const CANONICAL =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/

/** Whether a text is a time as `toISOString()` writes it. Of those for the 29th to the 31st it says no. */
export function isCanonical(text: string): boolean {
  return text.length === 24 && CANONICAL.test(text)
}

/** The time that an ISO 8601 text means, in ms since 1970, or undefined if it is none. No zone means UTC. */
export function parseDate(value: unknown): number | undefined {
  if (typeof value !== 'string') return undefined
  // Nearly all are, and are read in a fraction of the time.
  if (isCanonical(value)) return Date.parse(value)
  const parts = ISO_DATE.exec(value)
  if (parts === null) return undefined
  const field = (index: number) => Number(parts[index] ?? 0)
  const [year, month, day] = [field(1), field(2), field(3)]
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  // The 30th of February would quietly become the 1st of March.
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined
  const time = timeOfDay(field(4), field(5), field(6))
  if (time === undefined) return undefined
  const millisecond = Math.trunc(Number(`0.${parts[7] ?? '0'}`) * 1000)
  return date.getTime() + time + millisecond - zoneOffset(parts[8])
}

function timeOfDay(hour: number, minute: number, second: number): number | undefined {
  return hour < 24 && minute < 60 && second < 60
    ? ((hour * 60 + minute) * 60 + second) * 1000
    : undefined
}

function zoneOffset(zone: string | undefined): number {
  if (zone === undefined || zone === 'Z' || zone === 'z') return 0
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2))
  return (zone.startsWith('-') ? -1 : 1) * minutes * 60_000
}

/**
 * When it happened: `receivedAt - (sentAt - originalTimestamp)`, all in ms since 1970. A client clock that is wrong
 * is wrong by the same amount in both of its times, so their difference is right. Without a valid sentAt the
 * client's time is all there is; without a time of the client's the message happened when it arrived.
 */
export function correctedTimestamp(
  receivedAt: number,
  sentAt: number | undefined,
  originalTimestamp: number | undefined,
): number {
  if (originalTimestamp === undefined) return receivedAt
  return sentAt === undefined ? originalTimestamp : receivedAt - (sentAt - originalTimestamp)
}
