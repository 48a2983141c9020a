// The write key of a request (Segment HTTP API: Authentication).

/**
 * The username of HTTP Basic; the form without a colon is taken too, as the API does "due to backward compatibility".
 * Else the body's `writeKey`, which is also if it stands beside an OAuth token.
 */
export function writeKeyOf(
  authorization: string | undefined,
  bodyKey: unknown,
): string | undefined {
  const encoded = /^basic +([\w+/=-]+) *$/i.exec(authorization ?? '')?.[1] ?? ''
  const username = Buffer.from(encoded, 'base64').toString('utf8').split(':', 1)[0]
  if (username !== undefined && username !== '') return username
  return typeof bodyKey === 'string' && bodyKey !== '' ? bodyKey : undefined
}
