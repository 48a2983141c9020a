// Loads a mapping from a user's module.

import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { BackfillOptions } from '../../backfill/options.js'
import { toError } from '../../runtime/describe-value.js'
import { UsageError } from '../shared/exit-codes.js'

export interface MapFile {
  readonly map: NonNullable<BackfillOptions['map']>
  /** Identifies the mapping in a checkpoint: a hash of its content. */
  readonly text: string
}

/** @throws UsageError if it does not exist, cannot be run, or exports no function */
export async function loadMapFile(path: string): Promise<MapFile> {
  let source: Buffer
  try {
    source = await readFile(path)
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException
    throw new UsageError(`the mapping ${path} cannot be read: ${code}`)
  }
  let module: { default?: unknown; map?: unknown }
  try {
    module = (await import(pathToFileURL(resolve(path)).href)) as typeof module
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_UNKNOWN_FILE_EXTENSION')
      throw new UsageError(
        `the mapping ${path} cannot be loaded: this Node runs no TypeScript; compile it to JavaScript, or write it as .mjs`,
      )
    throw new UsageError(`the mapping ${path} cannot be loaded: ${toError(error).message}`)
  }
  const map = typeof module.map === 'function' ? module.map : module.default
  if (typeof map !== 'function')
    throw new UsageError(
      `the mapping ${path} exports no function; allowed: export default (row) => ({ type: 'identify', … })`,
    )
  return {
    map: map as MapFile['map'],
    text: `sha256 ${createHash('sha256').update(source).digest('hex')}`,
  }
}
