// Answers whose headers Node's parser refuses: over 16 KB, names that are none, bare line feeds, two lengths.

import type { HttpClientResponse } from './http-client.js'

interface ParseError {
  code?: unknown
  rawPacket?: unknown
  cause?: unknown
}

/** Whether an error says that the server has answered, and that the answer could not be read. */
export function isUnreadableAnswer(code: string | undefined): boolean {
  return code !== undefined && (code.startsWith('HPE_') || code === 'UND_ERR_HEADERS_OVERFLOW')
}

/**
 * The status is the answer: a server that has accepted a batch would get it again. So it is read from the first line, if
 * that was received with what the parser refused.
 *
 * @returns undefined if the error is another, or its status is not known
 */
export function rawAnswer(error: unknown): HttpClientResponse | undefined {
  const packet = rawPacketOf(error)
  if (packet === undefined) return undefined
  // The header of an answer is ASCII; what is not is part of no status.
  const text = Buffer.from(packet).subarray(0, maxHeader).toString('latin1')
  const [, status] = /^HTTP\/1\.[01] ([1-5]\d\d)(?!\d)/.exec(text) ?? []
  if (status === undefined) return undefined
  const [header = ''] = text.split(/\r?\n\r?\n/, 1)
  const [, retryAfter] = /^retry-after:[ \t]*(.*?)[ \t]*\r?$/im.exec(header) ?? []
  return {
    status: Number(status),
    headers: retryAfter === undefined ? {} : { 'retry-after': retryAfter },
  }
}

/** As much of an answer as is looked at, in bytes. */
const maxHeader = 64 * 1024

/** Of the error itself, or of its cause: HTTP clients wrap what Node says. */
function rawPacketOf(error: unknown): Uint8Array | undefined {
  let current = error as ParseError | null | undefined
  for (let depth = 0; depth < 4 && typeof current === 'object' && current !== null; depth++) {
    const { code, rawPacket } = current
    if (typeof code === 'string' && code.startsWith('HPE_') && ArrayBuffer.isView(rawPacket))
      return rawPacket as Uint8Array
    current = current.cause as ParseError | undefined
  }
  return undefined
}
