// Columns of values as PostgreSQL reads arrays in its binary format: nothing is escaped, and nothing parsed.
import type { Cell } from '../../cells/cells.js'
import { toStored } from './texts.js'

export type SqlType = 'text' | 'bigint' | 'double precision' | 'boolean' | 'timestamptz'

const OIDS: Readonly<Record<SqlType, number>> = {
  text: 25,
  bigint: 20,
  'double precision': 701,
  boolean: 16,
  timestamptz: 1184,
}

/** ndim, whether there are NULLs, the type, the length, the lower bound. */
const HEADER = 20
const EPOCH = Date.UTC(2000, 0, 1)
/** The 24 November 4714 before Christ, in proleptic Gregorian. */
export const EARLIEST = -210_866_803_200_000

/** A value for a parameter `$1::type[]`. */
export function arrayOf(type: SqlType, cells: readonly Cell[]): Buffer {
  return type === 'text' ? texts(cells) : fixed(type, cells)
}

function header(buffer: Buffer, type: SqlType, length: number): void {
  buffer.writeInt32BE(length === 0 ? 0 : 1, 0)
  buffer.writeInt32BE(1, 4)
  buffer.writeInt32BE(OIDS[type], 8)
  if (length === 0) return
  buffer.writeInt32BE(length, 12)
  buffer.writeInt32BE(1, 16)
}

function texts(cells: readonly Cell[]): Buffer {
  const stored: (string | null)[] = new Array<string | null>(cells.length)
  let size = HEADER
  for (let i = 0; i < cells.length; i++) {
    const cell = cells[i]
    const text = cell === null || cell === undefined ? null : toStored(String(cell))
    stored[i] = text
    // A UTF-16 unit has three bytes at most: cheaper than counting them, and the rest is cut off.
    size += 4 + (text === null ? 0 : text.length * 3)
  }
  const buffer = Buffer.allocUnsafe(size)
  header(buffer, 'text', cells.length)
  let at = HEADER
  for (const text of stored) {
    const length = text === null ? -1 : buffer.write(text, at + 4)
    buffer.writeInt32BE(length, at)
    at += 4 + Math.max(0, length)
  }
  return buffer.subarray(0, cells.length === 0 ? 12 : at)
}

function fixed(type: Exclude<SqlType, 'text'>, cells: readonly Cell[]): Buffer {
  const width = type === 'boolean' ? 1 : 8
  const buffer = Buffer.alloc(HEADER + cells.length * (4 + width))
  header(buffer, type, cells.length)
  let at = HEADER
  for (const cell of cells) {
    if (cell === null) {
      buffer.writeInt32BE(-1, at)
      at += 4
      continue
    }
    buffer.writeInt32BE(width, at)
    WRITE[type](buffer, at + 4, cell)
    at += 4 + width
  }
  return buffer.subarray(0, cells.length === 0 ? 12 : at)
}

const WRITE: Readonly<
  Record<Exclude<SqlType, 'text'>, (buffer: Buffer, at: number, cell: Cell) => void>
> = {
  boolean: (buffer, at, cell) => buffer.writeUInt8(cell === true ? 1 : 0, at),
  'double precision': (buffer, at, cell) => buffer.writeDoubleBE(Number(cell), at),
  bigint: (buffer, at, cell) => writeInteger(buffer, at, Number(cell)),
  timestamptz(buffer, at, cell) {
    const ms = Math.max(EARLIEST, Date.parse(String(cell))) - EPOCH
    if (Number.isSafeInteger(ms * 1000)) writeInteger(buffer, at, ms * 1000)
    else buffer.writeBigInt64BE(BigInt(ms) * 1000n, at)
  },
}

function writeInteger(buffer: Buffer, at: number, value: number): void {
  const high = Math.floor(value / 0x1_0000_0000)
  buffer.writeInt32BE(high, at)
  buffer.writeUInt32BE(value - high * 0x1_0000_0000, at + 4)
}
