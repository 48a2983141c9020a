// Opens what should be a batch file. Anyone with write access to the directory can put something else in its place: a
// pipe that blocks whatever opens it, a link to another file, a device.

import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { noFollow } from '../../runtime/no-follow.js'

// Windows has no O_NONBLOCK.
const guarded = noFollow | (constants.O_NONBLOCK || 0)

/** @throws what Node throws, and an Error if it is not a regular file */
export async function openFile(path: string): Promise<{ file: FileHandle; size: number }> {
  const file = await open(path, constants.O_RDONLY | guarded)
  try {
    return { file, size: sizeOf(await file.stat()) }
  } catch (error) {
    await file.close()
    throw error
  }
}

/** As `openFile`. */
export async function readFile(path: string): Promise<Buffer> {
  const { file } = await openFile(path)
  try {
    return await file.readFile()
  } finally {
    await file.close()
  }
}

/** Reads a file, or reads and writes it, at once. @throws as `openFile` does */
export function withFileNow<T>(path: string, mode: 'read' | 'write', use: (fd: number) => T): T {
  const access = mode === 'read' ? constants.O_RDONLY : constants.O_RDWR
  const fd = openSync(path, access | guarded)
  try {
    sizeOf(fstatSync(fd))
    return use(fd)
  } finally {
    closeSync(fd)
  }
}

/** As `readFile`, at once. */
export function readFileNow(path: string): Buffer {
  return withFileNow(path, 'read', (fd) => readFileSync(fd))
}

function sizeOf(stats: Stats): number {
  if (stats.isFile()) return stats.size
  throw Object.assign(new Error('not a regular file'), { code: 'not a regular file' })
}

const passing = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN', 'EBUSY', 'EINTR'])

/** Whether a read failed for a temporary reason, such as a lack of descriptors or memory. */
export function isPassing(error: unknown): boolean {
  return passing.has((error as NodeJS.ErrnoException).code ?? '')
}
