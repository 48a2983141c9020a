// A queue on graphile-worker as JSON, for a process that opens it again.

import { NotPortable, portable } from '../portable.js'

export interface PackedGraphile {
  lanes: number
  source: string
  name: string
  schema: string
  /** The options of the pool. */
  pool: object
}

/** For reading rows, and for a log; and classes that pg has in the other process, too. */
const unneeded = new Set(['types', 'log', 'Client', 'Promise'])

/** @throws NotPortable */
export function packPool(pool: object): object {
  const { options } = pool as { options?: unknown }
  if (typeof options !== 'object' || options === null)
    throw new NotPortable('the pool is not one of pg')
  return portable(options, unneeded)
}
