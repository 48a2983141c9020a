// The rules that every id from a client must pass.

/** The longest id that is accepted, in UTF-16 units. */
export const maxIdLength = 255

// Cc are control characters. In a Unicode expression, Cs matches only lone surrogates, which have no UTF-8 form.
const forbidden = /[\p{Cc}\p{Cs}]/u

// What SDKs write for "no id": analytics.js-core 3.0.0 writes `null`, others a stringified undefined.
const placeholders: ReadonlySet<string> = new Set(['null', 'undefined', '""'])

/**
 * Converts a value to an id. Undefined if it is empty, blank, a placeholder, over 255 characters, has control characters,
 * or is neither a string nor a finite number (SDKs keep numeric user ids as numbers).
 */
export function toId(value: unknown): string | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? decimal(value) : undefined
  if (typeof value !== 'string' || value.length > maxIdLength) return undefined
  if (placeholders.has(value) || value.trim() === '' || forbidden.test(value)) return undefined
  return value
}

/** The same as in a message: a cookie and a call with the same number mean the same user. */
function decimal(value: number): string {
  return Number.isInteger(value) ? BigInt(value).toString() : String(value)
}
