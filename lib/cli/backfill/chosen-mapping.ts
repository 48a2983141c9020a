// What becomes of a row: a module's function, options, or nothing if the rows are calls already.

import type { BackfillOptions } from '../../backfill/options.js'
import { UsageError } from '../shared/exit-codes.js'
import { checkColumns } from './checked-source.js'
import { FlagMapping, type MappingFlags } from './flag-mapping.js'
import { loadMapFile } from './map-file.js'

type Row = Record<string, unknown>

export interface ChosenMapping {
  readonly map?: BackfillOptions<Row>['map']
  readonly mapping?: string
  readonly check: (row: Row) => void
}

/** @throws UsageError if options contradict each other */
export async function mappingOf(flags: MappingFlags & { map?: string }): Promise<ChosenMapping> {
  const isByFlags = FlagMapping.isGiven(flags)
  if (flags.map !== undefined) {
    if (isByFlags)
      throw new UsageError('give --map or options such as --user-id and --trait, not both')
    const { map, text } = await loadMapFile(flags.map)
    return { map, mapping: text, check: () => undefined }
  }
  if (isByFlags) {
    const mapping = new FlagMapping(flags)
    return {
      map: (row) => mapping.map(row),
      mapping: mapping.text,
      check: (row) => checkColumns(row, mapping.columns),
    }
  }
  return { check: checkIsCall }
}

/** Without a mapping, the rows must be calls themselves, from an archive or another tool. */
function checkIsCall(row: Row): void {
  if (typeof row.type === 'string' && ('userId' in row || 'anonymousId' in row)) return
  throw new UsageError(
    'there is no mapping from rows to calls: give --map FILE, or options such as --user-id and --trait (--suggest prints some)',
  )
}
