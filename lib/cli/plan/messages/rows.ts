// The messages of a file: they stand in it as they are, or a mapping makes them of its rows, as a backfill does.

import { Mapping } from '../../../backfill/mapping.js'
import { readBackfillOptions } from '../../../backfill/read-options.js'
import type { BackfillSource } from '../../../backfill/sources/source.js'
import { toError } from '../../../runtime/describe-value.js'
import { mappingOf } from '../../backfill/chosen-mapping.js'
import { CheckedSource } from '../../backfill/checked-source.js'
import { FlagMapping } from '../../backfill/flag-mapping.js'
import { inputOf } from '../../backfill/source-of.js'
import type { Json } from '../document/document.js'
import type { MessageFlags } from '../flags/options.js'
import { messagesIn, type Read } from './message.js'

/** @throws UsageError if options contradict each other */
export async function* rowsAsMessages(
  file: string | undefined,
  flags: MessageFlags,
): AsyncGenerator<Read, void> {
  const { source } = inputOf(file, flags)
  if (flags.map === undefined && !FlagMapping.isGiven(flags)) yield* asTheyAre(source)
  else yield* mapped(source, flags)
}

async function* asTheyAre(source: BackfillSource<Json>): AsyncGenerator<Read, void> {
  for await (const read of source.open()) {
    const at = placeOf(source, read.position.line)
    if ('row' in read) yield* messagesIn(read.row, at)
    else yield { at, broken: read.broken }
  }
}

async function* mapped(
  source: BackfillSource<Json>,
  flags: MessageFlags,
): AsyncGenerator<Read, void> {
  const { map, mapping: name, check } = await mappingOf(flags)
  const mapping = new Mapping(
    readBackfillOptions({
      map,
      mapping: name,
      unit: flags.unit,
      timestamp: flags.timestampNow === true ? 'now' : undefined,
      dryRun: true,
    }),
  )
  for await (const read of new CheckedSource(source, check).open()) {
    const at = placeOf(source, read.position.line)
    if (!('row' in read)) yield { at, broken: read.broken }
    else {
      try {
        for (const { text } of await mapping.messagesOf(read.row, read.position)) {
          yield* messagesIn(JSON.parse(text) as Json, at)
        }
      } catch (error) {
        yield { at, broken: toError(error).message }
      }
    }
  }
}

function placeOf({ name = 'the source' }: BackfillSource, line: number | undefined): string {
  return line === undefined ? name : `${name}:${line}`
}
