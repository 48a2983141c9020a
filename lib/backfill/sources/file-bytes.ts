// Reads the bytes of a file or of standard input, decompresses gzip, and converts the text to UTF-8.

import { createHash } from 'node:crypto'
import { constants, createReadStream, type Stats } from 'node:fs'
import { access, open, stat } from 'node:fs/promises'
import { TextDecoder } from 'node:util'
import { shown, wrong } from '../../runtime/check-option.js'
import { SourceError } from './source-error.js'

/** How much of a file's beginning and end is hashed, in bytes. */
const sample = 64 * 1024

/** The path that means standard input. */
export const stdinPath = '-'

/**
 * Identifies a file's content: its size, and a hash of its beginning and end. What can be read only once
 * (standard input, a pipe) cannot be identified.
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

/** In bytes; undefined for anything but a regular file: standard input, a pipe, a process substitution of a shell. */
export async function sizeOf(path: string): Promise<number | undefined> {
  if (path === stdinPath) return undefined
  let stats: Stats
  try {
    // Without opening it: opening and closing a pipe would end its writer.
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
  if (code === 'ENOENT') return 'does not exist'
  if (code === 'EACCES') return 'may not be read by this user'
  return `cannot be read: ${code}`
}

/**
 * The content in UTF-8.
 *
 * @param encoding of the content, as `TextDecoder` names it; default: UTF-8, or UTF-16 if its byte order mark says so
 * @param onRead gets the number of bytes that were read from the file itself
 * @throws SourceError
 */
export async function* contentOf(
  path: string,
  encoding: string | undefined,
  onRead: (bytes: number) => void = () => undefined,
): AsyncGenerator<Buffer, void> {
  const given = encoding === undefined ? undefined : decoderFor(encoding)
  const file = counted(bytesOf(path), onRead)
  try {
    let [first, rest] = await head(file, 4)
    refuseWorkbook(first)
    // gzip is recognised by its first bytes, not by the name of the file.
    if (first[0] === 0x1f && first[1] === 0x8b)
      [first, rest] = await head(await unpacked(prepend(first, rest)), 4)
    // UTF-8 is not decoded: a decoder would silently replace invalid bytes with U+FFFD.
    const isUtf8 = given === undefined || given.encoding === 'utf-8'
    const decoder = isUtf8 ? decoderOfMark(first) : given
    if (decoder) yield* decode(prepend(first, rest), decoder)
    else yield* prepend(withoutMark(first), rest)
  } catch (error) {
    throw sourceErrorOf(path, error)
  } finally {
    await file.return()
  }
}

/** @throws TypeError for an unknown encoding */
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

/** The first bytes, at least `length` if possible, and the rest. */
export async function head(
  chunks: AsyncIterable<Buffer>,
  length: number,
): Promise<[Buffer, AsyncIterator<Buffer, void>]> {
  const rest = chunks[Symbol.asyncIterator]() as AsyncIterator<Buffer, void>
  const parts: Buffer[] = []
  let bytes = 0
  while (bytes < length) {
    const { value, done } = await rest.next()
    if (done === true) break
    parts.push(value)
    bytes += value.length
  }
  return [Buffer.concat(parts), rest]
}

export async function* prepend(
  first: Buffer,
  rest: AsyncIterator<Buffer, void>,
): AsyncGenerator<Buffer, void> {
  if (first.length > 0) yield first
  yield* { [Symbol.asyncIterator]: () => rest }
}

function refuseWorkbook(first: Buffer): void {
  const begin = first.subarray(0, 4).toString('latin1')
  if (begin === 'PK\x03\x04' || begin === '\xD0\xCF\x11\xE0')
    throw new SourceError('the file is an Excel workbook, or another zip file; save it as CSV')
}

async function unpacked(chunks: AsyncIterable<Buffer>): Promise<AsyncIterable<Buffer>> {
  const [{ createGunzip }, { pipeline, Readable }] = await Promise.all([
    import('node:zlib'),
    import('node:stream'),
  ])
  const gunzip = createGunzip({ chunkSize: 64 * 1024 })
  // An error of either is thrown when the result is read.
  pipeline(Readable.from(chunks, { objectMode: false }), gunzip, () => undefined)
  return gunzip
}

function sourceErrorOf(path: string, error: unknown): SourceError {
  if (error instanceof SourceError) return error
  const name = path === stdinPath ? 'standard input' : path
  const { code } = error as NodeJS.ErrnoException
  const problem =
    code === 'Z_BUF_ERROR'
      ? 'ends in the middle of its gzip data: it was not copied to its end'
      : code?.startsWith('Z_') === true
        ? `has damaged gzip data (${code})`
        : problemOf(error)
  return new SourceError(`${name} ${problem}`, { cause: error })
}

/** UTF-16, if a byte order mark says so. */
function decoderOfMark(first: Buffer): TextDecoder | undefined {
  if (first[0] === 0xff && first[1] === 0xfe) return new TextDecoder('utf-16le')
  if (first[0] === 0xfe && first[1] === 0xff) return new TextDecoder('utf-16be')
  // ASCII text in UTF-16 has a NUL in every second byte.
  const nuls = [...first.subarray(0, 4)].map((byte) => (byte === 0 ? '0' : '1')).join('')
  const encoding = nuls === '1010' ? 'utf-16le' : nuls === '0101' ? 'utf-16be' : undefined
  if (encoding === undefined) return undefined
  throw new SourceError(
    `the text is in UTF-16 (every second byte is zero); give the encoding '${encoding}'`,
  )
}

/** Without the byte order mark of UTF-8. */
function withoutMark(first: Buffer): Buffer {
  return first[0] === 0xef && first[1] === 0xbb && first[2] === 0xbf ? first.subarray(3) : first
}

async function* decode(
  chunks: AsyncIterable<Buffer>,
  decoder: TextDecoder,
): AsyncGenerator<Buffer, void> {
  for await (const chunk of chunks) yield Buffer.from(decoder.decode(chunk, { stream: true }))
  yield Buffer.from(decoder.decode())
}
