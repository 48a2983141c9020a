// `backfill()`: reads the options and the checkpoint, and starts the run.

import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import { dirname } from 'node:path'
import { toError } from '../runtime/describe-value.js'
import {
  changesBetween,
  CheckpointFile,
  identityOf,
  type Checkpoint,
  type Identity,
} from './checkpoint.js'
import { DryRun } from './dry-run.js'
import { IterableSource, toSource, type PlainRows } from './iterable-source.js'
import type { BackfillOptions } from './options.js'
import { readBackfillOptions, type BackfillSettings } from './read-options.js'
import { RejectsFile, RejectsToFunction, type Rejects } from './rejects.js'
import { BackfillError, type BackfillReport, type DryRunReport } from './report.js'
import { Run } from './run.js'
import type { BackfillSource } from './source.js'

/**
 * Sends history: every row of a source becomes messages, at a pace, each delivered, or rejected with its reason.
 *
 * It goes on where a checkpoint says that an earlier run ended. It installs no handlers in the process: for Ctrl-C,
 * abort its `signal`.
 *
 * @param source rows as an iterable (a list, a generator, a stream, a cursor), or a `BackfillSource`
 * @returns the account, once everything is settled, or the signal was aborted (`completed: false`)
 * @throws TypeError that names the option that is wrong; BackfillError where the run was stopped, with its account
 */
export function backfill<Row>(
  source: PlainRows<Row> | BackfillSource<Row>,
  options: BackfillOptions<Row> & { dryRun: true },
): Promise<DryRunReport>
export function backfill<Row>(
  source: PlainRows<Row> | BackfillSource<Row>,
  options: BackfillOptions<Row>,
): Promise<BackfillReport>
export async function backfill<Row>(
  source: PlainRows<Row> | BackfillSource<Row>,
  options: BackfillOptions<Row>,
): Promise<BackfillReport> {
  const settings = readBackfillOptions(options)
  const rows: BackfillSource = toSource(source)
  if (settings.dryRun) return await new DryRun(rows, settings).run()
  const fingerprint = rows instanceof IterableSource ? null : await rows.fingerprint
  const identity = identityOf(settings, fingerprint)
  const { checkpoint } = settings
  const checkpointFile = checkpoint === undefined ? undefined : new CheckpointFile(checkpoint)
  const start = startOf(await checkpointFile?.read(), identity, settings)
  const rejects = await rejectsFor(settings, start)
  return await new Run({ settings, source: rows, identity, checkpointFile, rejects, start }).run()
}

/**
 * Where to go on; undefined where to begin anew. A run that is completed stands in nobody's way: what is the same is
 * gone on with behind its end, and what has changed is another run.
 */
function startOf(
  found: Checkpoint | undefined,
  identity: Identity,
  { resume, acceptChanges, checkpoint }: BackfillSettings,
): Checkpoint | undefined {
  // Where nothing is done yet there is nothing to go on from.
  if (!found || !resume || found.totals.rows === 0) return undefined
  // A list that was done may be any other now.
  if (found.completed && identity.source === null) return undefined
  const changes = changesBetween(found.identity, identity)
  if (changes === undefined || acceptChanges) return found
  if (found.completed) return undefined
  throw new BackfillError(
    'changed',
    `not as in the checkpoint ${checkpoint ?? ''}, which is at row ${found.totals.rows}: ${changes}; ` +
      'resume: false begins anew, acceptChanges: true goes on all the same',
  )
}

async function rejectsFor(
  { rejects }: BackfillSettings,
  start: Checkpoint | undefined,
): Promise<Rejects> {
  if (typeof rejects === 'function') return new RejectsToFunction(rejects)
  const file = new RejectsFile(rejects)
  try {
    // The first row may be rejected hours later.
    await access(dirname(rejects), constants.W_OK)
  } catch (cause) {
    const reason = `the rejects cannot be written to ${rejects}: ${toError(cause).message}`
    throw new BackfillError('file_failed', reason, { cause })
  }
  if (start) await file.resume(start.rejects)
  return file
}
