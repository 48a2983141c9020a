// The one gate every id from a client passes: what may be called an id at all.

/** The longest id that is let through, in UTF-16 units. */
export const maxIdLength = 255

// Cc are control characters; Cs, in a Unicode expression, only a surrogate without its other half, which has no UTF-8 form.
const forbidden = /[\p{Cc}\p{Cs}]/u

// What SDKs leave behind for "no id": analytics.js-core 3.0.0 writes `null`, others have stringified undefined.
const placeholders: ReadonlySet<string> = new Set(['null', 'undefined', '""'])

/**
 * The id a value stands for, or undefined if it is none: empty, blank, a placeholder, over 255 characters, with
 * control characters, or neither a string nor a finite number (SDKs keep numeric user ids as numbers).
 */
export function toId(value: unknown): string | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? decimal(value) : undefined
  if (typeof value !== 'string' || value.length > maxIdLength) return undefined
  if (placeholders.has(value) || value.trim() === '' || forbidden.test(value)) return undefined
  return value
}

/** As a message has it: a cookie and a call with the same number name the same user. */
function decimal(value: number): string {
  return Number.isInteger(value) ? BigInt(value).toString() : String(value)
}
