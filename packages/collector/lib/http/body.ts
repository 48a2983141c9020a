// Reads the body of a request: bounded, decompressed, parsed.
import { isUtf8 } from 'node:buffer'
import type { IncomingMessage } from 'node:http'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'

const inflate = promisify(gunzip)

// A client that is still writing does not read its answer, so what is too much is read and thrown away; a client
// that never ends is cut off here.
const MAX_DISCARDED_BYTES = 16 * 1024 * 1024

/** How the reading of a body ended. */
export type ReadBody =
  | { readonly end: 'whole'; readonly data: Buffer }
  /** `hasMore`: the client is still sending; the connection is of no more use. */
  | { readonly end: 'too large'; readonly hasMore: boolean }
  | { readonly end: 'aborted' }

/**
 * Reads the body as it is on the wire, and holds no more than `limit` bytes of it. Never rejects.
 *
 * @param onBytes - Told the length of each part as it arrives.
 */
export function readBody(
  request: IncomingMessage,
  limit: number,
  onBytes: (length: number) => void,
): Promise<ReadBody> {
  return new Promise((resolve) => {
    let parts: Buffer[] = []
    let length = 0
    request.on('data', (part: Buffer) => {
      onBytes(part.length)
      length += part.length
      if (length <= limit) {
        parts.push(part)
        return
      }
      parts = []
      if (length > limit + MAX_DISCARDED_BYTES) resolve({ end: 'too large', hasMore: true })
    })
    request.on('end', () => {
      const isWhole = length <= limit
      resolve(
        isWhole
          ? { end: 'whole', data: Buffer.concat(parts) }
          : { end: 'too large', hasMore: false },
      )
    })
    // After 'end' this resolves nothing any more.
    request.on('close', () => {
      resolve({ end: 'aborted' })
    })
  })
}

/** Why a body is of no use. */
export class BodyError extends Error {}

/**
 * The value of a JSON body.
 *
 * @param limit - The most bytes it may have once decompressed; decompression stops there.
 * @throws BodyError with a reason that may be shown to the client.
 */
export async function parseBody(
  data: Buffer,
  encoding: string | undefined,
  limit: number,
): Promise<unknown> {
  const text = await decompress(data, encoding, limit)
  // toString would put U+FFFD where bytes are not UTF-8, and so change what was sent.
  if (!isUtf8(text)) throw new BodyError('the body is not JSON: it is not UTF-8')
  try {
    return JSON.parse(text.toString('utf8')) as unknown
  } catch (error) {
    // V8's message quotes the body, which may hold a write key: only the place is passed on.
    const place = / at position \d+/.exec(String(error))?.[0] ?? ''
    throw new BodyError(`the body is not JSON${place}`)
  }
}

async function decompress(
  data: Buffer,
  encoding: string | undefined,
  limit: number,
): Promise<Buffer> {
  switch (encoding?.trim().toLowerCase() ?? '') {
    case '':
    case 'identity':
      return data
    case 'gzip':
    case 'x-gzip':
      break
    default:
      throw new BodyError('the Content-Encoding is not gzip')
  }
  try {
    return await inflate(data, { maxOutputLength: limit })
  } catch (error) {
    const isTooLarge = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE'
    throw new BodyError(isTooLarge ? tooLarge(limit) : 'the body is not gzip')
  }
}

/** The reason for a body over the limit, in the words of the API. */
export function tooLarge(limit: number): string {
  return `Exceed payload limit: the body has more than ${limit} bytes`
}
