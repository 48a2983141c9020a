// The bytes of a file or of standard input, unpacked where they are gzip, and in UTF-8 whatever they were in.

import { createHash } from 'node:crypto'
import { constants, createReadStream, type Stats } from 'node:fs'
import { access, open, stat } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { TextDecoder } from 'node:util'
import { shown, wrong } from '../../runtime/check-option.js'
import { SourceError } from './source-error.js'

/** How much of a file's beginning and end identifies it, in bytes. */
const sample = 64 * 1024

/** The path that stands for standard input. */
export const stdinPath = '-'

/**
 * Identifies a file's content: its size, and a hash of its beginning and end. Of what can be read only once (standard
 * input, a pipe) nothing is known.
 */
export async function fingerprintOf(path: string): Promise<string> {
  const size = await sizeOf(path)
  if (size === undefined) return 'a stream'
  const hash = createHash('sha256')
  const file = await open(path, 'r')
  try {
    const buffer = Buffer.alloc(Math.min(sample, size))
    for (const position of [0, Math.max(0, size - sample)]) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length, position)
      hash.update(buffer.subarray(0, bytesRead))
    }
  } finally {
    await file.close()
  }
  return `${size} bytes, sha256 ${hash.digest('hex')}`
}

/** In bytes; undefined for what is no plain file: standard input, a pipe, a process substitution of a shell. */
export async function sizeOf(path: string): Promise<number | undefined> {
  if (path === stdinPath) return undefined
  let stats: Stats
  try {
    // Not by opening it: a pipe that is opened and closed has lost its writer.
    await access(path, constants.R_OK)
    stats = await stat(path)
  } catch (error) {
    throw new SourceError(`${path} ${problemOf(error)}`, { cause: error })
  }
  if (stats.isDirectory()) throw new SourceError(`${path} is a directory; allowed: a file`)
  return stats.isFile() ? stats.size : undefined
}

function problemOf(error: unknown): string {
  const { code = 'unknown' } = error as NodeJS.ErrnoException
  if (code === 'ENOENT') return 'is not there'
  if (code === 'EACCES') return 'may not be read by this user'
  return `cannot be read: ${code}`
}

/**
 * The content in UTF-8.
 *
 * @param encoding of the content, as `TextDecoder` names it; default: UTF-8, or UTF-16 where its byte order mark says so
 * @param onRead is told how many bytes were read from the file itself
 * @throws SourceError
 */
export async function* contentOf(
  path: string,
  encoding: string | undefined,
  onRead: (bytes: number) => void = () => undefined,
): AsyncGenerator<Buffer, void> {
  const decoder = encoding === undefined ? undefined : decoderFor(encoding)
  const unpacked = guarded(path, unpack(counted(bytesOf(path), onRead)))
  // UTF-8 is left as it is: a decoder would put U+FFFD in the place of what is wrong, and nobody would know.
  if (decoder === undefined || decoder.encoding === 'utf-8') yield* decodeMarked(unpacked)
  else yield* decode(unpacked, decoder)
}

/** @throws TypeError for an encoding that is not known */
export function decoderFor(encoding: string): TextDecoder {
  try {
    return new TextDecoder(encoding)
  } catch {
    const allowed = "an encoding, for example 'utf-8', 'latin1', 'windows-1252', 'utf-16le'"
    throw wrong('encoding', shown(encoding), allowed)
  }
}

async function* bytesOf(path: string): AsyncGenerator<Buffer, void> {
  if (path === stdinPath) {
    yield* process.stdin as AsyncIterable<Buffer>
    return
  }
  await sizeOf(path)
  yield* createReadStream(path, { highWaterMark: 64 * 1024 }) as AsyncIterable<Buffer>
}

async function* counted(
  chunks: AsyncIterable<Buffer>,
  onRead: (bytes: number) => void,
): AsyncGenerator<Buffer, void> {
  for await (const chunk of chunks) {
    onRead(chunk.length)
    yield chunk
  }
}

/** What was joined from `chunks` until it has `length` bytes, and the rest. */
async function head(
  chunks: AsyncGenerator<Buffer, void>,
  length: number,
): Promise<[Buffer, AsyncGenerator<Buffer, void>]> {
  const parts: Buffer[] = []
  let bytes = 0
  while (bytes < length) {
    const { value, done } = await chunks.next()
    if (done === true) break
    parts.push(value)
    bytes += value.length
  }
  const first = Buffer.concat(parts)
  return [first, prepend(first, chunks)]
}

async function* prepend(
  first: Buffer,
  rest: AsyncGenerator<Buffer, void>,
): AsyncGenerator<Buffer, void> {
  if (first.length > 0) yield first
  yield* rest
}

/** gzip is known by its first bytes, not by a file's name; so is what is not text at all. */
async function* unpack(chunks: AsyncGenerator<Buffer, void>): AsyncGenerator<Buffer, void> {
  const [first, all] = await head(chunks, 4)
  const begin = first.subarray(0, 4).toString('latin1')
  if (begin === 'PK\x03\x04' || begin === '\xD0\xCF\x11\xE0')
    throw new SourceError('the file is an Excel workbook, or another zip file; save it as CSV')
  if (first[0] !== 0x1f || first[1] !== 0x8b) {
    yield* all
    return
  }
  const [{ createGunzip }, { pipeline, Readable }] = await Promise.all([
    import('node:zlib'),
    import('node:stream'),
  ])
  const gunzip = createGunzip({ chunkSize: 64 * 1024 })
  const packed: Readable = Readable.from(all, { objectMode: false })
  // What goes wrong in either is thrown by the iteration below.
  pipeline(packed, gunzip, () => undefined)
  yield* gunzip as AsyncIterable<Buffer>
}

async function* guarded(path: string, chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
  const name = path === stdinPath ? 'standard input' : path
  try {
    yield* chunks
  } catch (error) {
    if (error instanceof SourceError) throw error
    const { code } = error as NodeJS.ErrnoException
    if (code === 'Z_BUF_ERROR') {
      throw new SourceError(
        `${name} ends in the middle of its gzip data: it was not copied to its end`,
        { cause: error },
      )
    }
    if (code?.startsWith('Z_') === true)
      throw new SourceError(`${name} has damaged gzip data (${code})`, { cause: error })
    throw new SourceError(`${name} ${problemOf(error)}`, { cause: error })
  }
}

/** UTF-8 as it is, its byte order mark cut off; UTF-16 where a byte order mark says that it is. */
async function* decodeMarked(chunks: AsyncGenerator<Buffer, void>): AsyncGenerator<Buffer, void> {
  const [first, all] = await head(chunks, 4)
  if (first[0] === 0xff && first[1] === 0xfe) yield* decode(all, new TextDecoder('utf-16le'))
  else if (first[0] === 0xfe && first[1] === 0xff) yield* decode(all, new TextDecoder('utf-16be'))
  else if (first[0] === 0xef && first[1] === 0xbb && first[2] === 0xbf) yield* from(all, 3)
  else {
    checkForUtf16(first)
    yield* all
  }
}

/** Text in ASCII characters has a NUL in every second byte when it is UTF-16. */
function checkForUtf16(first: Buffer): void {
  if (first.length < 4) return
  const isNul = [...first.subarray(0, 4)].map((byte) => byte === 0)
  for (const [encoding, odd] of [
    ['utf-16le', 1],
    ['utf-16be', 0],
  ] as const) {
    if (isNul.every((nul, index) => nul === (index % 2 === odd)))
      throw new SourceError(
        `the text is in UTF-16 (every second byte is zero); give the encoding '${encoding}'`,
      )
  }
}

async function* from(
  chunks: AsyncGenerator<Buffer, void>,
  start: number,
): AsyncGenerator<Buffer, void> {
  let left = start
  for await (const chunk of chunks) {
    yield chunk.subarray(left)
    left = 0
  }
}

async function* decode(
  chunks: AsyncGenerator<Buffer, void>,
  decoder: TextDecoder,
): AsyncGenerator<Buffer, void> {
  for await (const chunk of chunks) yield Buffer.from(decoder.decode(chunk, { stream: true }))
  yield Buffer.from(decoder.decode())
}
