// How analytics-next, the classic analytics.js and their forks encode an id in a cookie.

import { jsonDecode, percentDecode } from '../cookies/encodings.js'

export const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/**
 * Reads `id` (analytics-next), `%22id%22` (classic: JSON) and `"id"` alike. Only quoted text is parsed as JSON:
 * `1e3`, `true` or twenty digits may be an id, and JSON.parse would change them.
 */
export function decodeAjs(value: string): string | undefined {
  // js-cookie removes the quotes before it url-decodes.
  const quoted = value.length > 1 && value.startsWith('"') && value.endsWith('"')
  const text = percentDecode(quoted ? value.slice(1, -1) : value)
  if (!text?.startsWith('"')) return text
  const id = jsonDecode(text)
  if (typeof id === 'string') return id
  // analytics-next keeps text that is not JSON as it is. The exception is the example in Segment's documentation,
  // `%2239ee7ea5-b6d8-4174-b612-04e1ef3fa952`, which lacks its closing quote.
  const unquoted = text.slice(1)
  return uuid.test(unquoted) ? unquoted : text
}
