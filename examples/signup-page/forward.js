// Takes the events of analytics.js at our own origin, and passes them on as they are: to Segment, or here the collector.
import { Readable } from 'node:stream'

/** analytics.js posts each message to a path of one letter. */
const types = { i: 'identify', t: 'track', p: 'page', s: 'screen', g: 'group', a: 'alias' }

/**
 * @param {import('node:http').IncomingMessage} request what the browser sent, its body not read yet
 * @param {string} letter the last part of its path
 * @param {string} host where it goes
 * @returns {Promise<number>} the status for the browser, which tries again where it is 429 or 5xx
 */
export async function forward(request, letter, host) {
  const type = types[letter]
  if (type === undefined) return 404
  // The browser's cookies are not passed on: they hold our session.
  const headers = {
    authorization: request.headers.authorization ?? '',
    'content-type': 'application/json',
    // Whose event it is: without it, every visitor would have the address of this server.
    'x-forwarded-for': request.socket.remoteAddress,
  }
  const body = Readable.toWeb(request)
  try {
    const answer = await fetch(`${host}/v1/${type}`, {
      method: 'POST',
      headers,
      body,
      duplex: 'half',
    })
    await answer.arrayBuffer()
    return answer.status
  } catch {
    return 502
  }
}
