// Removes batch files and directories that are settled.

import { renameSync, rmdirSync, truncateSync, unlinkSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { emptyFileLength } from './records.js'
import type { StoredFile } from './stored-file.js'

/** Removes a file of which everything is settled. @throws what Node throws if it can neither be removed nor emptied */
export function removeFile(path: string): void {
  try {
    unlinkSync(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    // The directory may be read-only although the file is not. A file without messages is as good as none.
    truncateSync(path, emptyFileLength)
  }
}

/** Where a damaged file is kept. */
export function damagedPath({ path, origin }: Pick<StoredFile, 'path' | 'origin'>): string {
  return join(dirname(dirname(path)), `${origin}.${basename(path)}.damaged`)
}

/** Sets a damaged file aside. @throws what Node throws */
export function setAside(file: StoredFile): void {
  renameSync(file.path, damagedPath(file))
}

/** Removes a directory if it is empty. */
export function removeDirectory(path: string): void {
  try {
    rmdirSync(path)
  } catch {
    // It is not empty, or does not exist.
  }
}
