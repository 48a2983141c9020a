// The engine: runs a source and a mapping, or makes a dry run.

import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import { dirname } from 'node:path'
import { toError } from '../runtime/describe-value.js'
import {
  changesBetween,
  CheckpointFile,
  fingerprintOf,
  type Checkpoint,
  type RunFingerprint,
} from './checkpoint.js'
import { DryRun } from './dry-run.js'
import { IterableSource } from './iterable-source.js'
import type { BackfillSettings } from './read-options.js'
import { RejectsFile, RejectsToFunction, type Rejects, type RejectsFormat } from './rejects.js'
import { BackfillError, type BackfillReport, type DryRunReport } from './report.js'
import { Run } from './run.js'
import type { BackfillSource } from './sources/source.js'
import type { Work } from './work.js'

/** @throws BackfillError if the run is stopped or cannot begin */
export async function execute(
  source: BackfillSource,
  settings: BackfillSettings,
  work: Work,
): Promise<BackfillReport | DryRunReport> {
  if (settings.dryRun) return await new DryRun(source, settings, work.mapping(settings)).run()
  const ofSource = source instanceof IterableSource ? null : await source.fingerprint
  const fingerprint = fingerprintOf(settings, ofSource)
  const { checkpoint } = settings
  const checkpointFile = checkpoint === undefined ? undefined : new CheckpointFile(checkpoint)
  const found = await checkpointFile?.read()
  const start = startOf(found, fingerprint, settings)
  const before = start ?? beginningOf(found, fingerprint, settings)
  const rejects = await rejectsFor(settings, before?.rejects, work.rejectsFormat)
  const parts = { settings, source, fingerprint, checkpointFile, rejects, start, work }
  return await new Run(parts).run()
}

/**
 * Where to resume; undefined to begin at the first row. After a completed run there is nothing left to do if nothing has
 * changed, and another source or destination is a new run. With another mapping, the same rows would all be new messages.
 */
function startOf(
  found: Checkpoint | undefined,
  now: RunFingerprint,
  { resume, acceptChanges, again, checkpoint }: BackfillSettings,
): Checkpoint | undefined {
  // Nothing is done yet, so there is nothing to resume.
  if (!found || !resume || found.totals.rows === 0) return undefined
  // A completed list may have been replaced by any other.
  if (found.completed && (again || now.source === null)) return undefined
  const changes = changesBetween(found.fingerprint, now)
  if (changes === undefined || acceptChanges) return found
  const { source, destination } = found.fingerprint
  const isOther = source !== now.source || destination !== now.destination
  if (found.completed && isOther) return undefined
  throw new BackfillError(
    'changed',
    found.completed
      ? `an earlier run has sent all ${found.totals.rows} rows (checkpoint ${checkpoint ?? ''}), and ${changes} has changed since: ` +
          'every row would be sent a second time, as a new message; again: true does that'
      : `${changes} is not the same as in the checkpoint ${checkpoint ?? ''}, which is at row ${found.totals.rows}; ` +
          'resume: false begins at the start, acceptChanges: true resumes all the same',
  )
}

/** The checkpoint of the same run if it was killed before any row was done, though perhaps not before any was rejected. */
function beginningOf(
  found: Checkpoint | undefined,
  now: RunFingerprint,
  { resume }: BackfillSettings,
): Checkpoint | undefined {
  const isBeginning = found?.totals.rows === 0 && !found.completed && resume
  return isBeginning && changesBetween(found.fingerprint, now) === undefined ? found : undefined
}

async function rejectsFor(
  { rejects }: BackfillSettings,
  mark: Checkpoint['rejects'] | undefined,
  format: RejectsFormat | undefined,
): Promise<Rejects> {
  if (typeof rejects === 'function') return new RejectsToFunction(rejects)
  const file = new RejectsFile(rejects, format)
  try {
    // Checked now, because the first row may be rejected hours later.
    await access(dirname(rejects), constants.W_OK)
    if (mark) await file.resume(mark)
    else await file.begin()
  } catch (cause) {
    const reason = `the rejects file ${rejects} cannot be written: ${toError(cause).message}`
    throw new BackfillError('file_failed', reason, { cause })
  }
  return file
}
