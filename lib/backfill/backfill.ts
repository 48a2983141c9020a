// `backfill()`: reads the options, and has the engine do the work.

import { execute } from './engine.js'
import { toSource, type PlainRows } from './iterable-source.js'
import { Mapping } from './mapping.js'
import type { MaybePlan } from '../spec/planned-calls.js'
import type { BackfillOptions } from './options.js'
import { readBackfillOptions } from './read-options.js'
import type { BackfillReport, DryRunReport } from './report.js'
import type { BackfillSource } from './sources/source.js'

/**
 * Sends history: every row of a source becomes messages, at a pace, each delivered, or rejected with its reason.
 *
 * It goes on where a checkpoint says that an earlier run ended. It installs no handlers in the process: for Ctrl-C,
 * abort its `signal`.
 *
 * @param source rows as an iterable (a list, a generator, a stream, a cursor), or a `BackfillSource`
 * @returns the report, once everything is settled, or the signal was aborted (`completed: false`)
 * @throws TypeError that names the option that is wrong; BackfillError where the run was stopped, with its account
 */
export function backfill<Row, P extends MaybePlan = undefined>(
  source: PlainRows<Row> | BackfillSource<Row>,
  options: BackfillOptions<Row, P> & { dryRun: true },
): Promise<DryRunReport>
export function backfill<Row, P extends MaybePlan = undefined>(
  source: PlainRows<Row> | BackfillSource<Row>,
  options: BackfillOptions<Row, P>,
): Promise<BackfillReport>
export async function backfill<Row, P extends MaybePlan = undefined>(
  source: PlainRows<Row> | BackfillSource<Row>,
  options: BackfillOptions<Row, P>,
): Promise<BackfillReport> {
  const settings = readBackfillOptions(options)
  return await execute(toSource(source), settings, {
    mapping: (all, maxMessageBytes) => new Mapping(all, maxMessageBytes),
  })
}
