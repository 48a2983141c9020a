// Pages of other origins may send messages, as they may to the service (Fetch: CORS). They may ask for nothing.
import type { IncomingHttpHeaders } from 'node:http'

/** For the answer to a message. */
export const ANY_ORIGIN = { 'access-control-allow-origin': '*' }

/** How long a browser need not ask again, s. */
const MAX_AGE = '600'

/** For the answer to the question that a browser asks before it sends a message with headers of its own. */
export function preflight(headers: IncomingHttpHeaders): Record<string, string> {
  const asked = headers['access-control-request-headers']
  return {
    ...ANY_ORIGIN,
    'access-control-allow-methods': 'POST',
    'access-control-max-age': MAX_AGE,
    ...(asked === undefined ? {} : { 'access-control-allow-headers': asked }),
  }
}
