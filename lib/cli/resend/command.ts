// `selfsame resend`: sends dead letters again, with the engine of the backfill.

import { realpath, rm } from 'node:fs/promises'
import { execute } from '../../backfill/engine.js'
import { readBackfillOptions, type BackfillSettings } from '../../backfill/read-options.js'
import { BackfillError, type BackfillReport, type DryRunReport } from '../../backfill/report.js'
import { stdinPath } from '../../backfill/sources/file-bytes.js'
import { largestMessage } from '../../backfill/mapping.js'
import { errorCodes } from '../../runtime/error-codes.js'
import { attend } from '../shared/attend.js'
import { exitCodes, UsageError } from '../shared/exit-codes.js'
import { inFlags, sharedOptions } from '../shared/shared-options.js'
import type { Terminal } from '../shared/terminal.js'
import type { ResendFlags } from './options.js'
import { resendReport, resendText } from './report.js'
import { deadLetterFormat, deadLetterSource, VerbatimMapping } from './verbatim-mapping.js'

/** @returns the exit code */
export async function runResend(
  file: string,
  flags: ResendFlags,
  terminal: Terminal,
): Promise<number> {
  const { dryRun = false, fromLine } = flags
  const source = deadLetterSource(file, fromLine)
  // Reports a missing file before anything else.
  await source.total
  const files = await filesOf(file, flags)
  const mapping = new VerbatimMapping(checkedCodes(flags.code))
  const options = await sharedOptions(flags)
  const { result, progress, interrupted } = await attend((watch) =>
    stopped(
      execute(
        source,
        readBackfillOptions({
          ...options,
          ...files,
          ...watch,
          name: 'resend',
          mapping: JSON.stringify(flags.code ?? 'all'),
          maxBatchSize: 2_500,
          // Keeps the order.
          maxInFlight: 1,
        }),
        {
          mapping: (settings: BackfillSettings, largest = largestMessage(settings)) => {
            mapping.largest = largest
            return mapping
          },
          rejectsFormat: deadLetterFormat,
          // They were refused before, and may be again.
          expectsRefusals: true,
        },
      ),
    ),
  )
  const run = { progress, firstLine: fromLine ?? 1, rejects: files.rejects }
  const report = resendReport(result.report, mapping, run)
  terminal.print(flags.json ? JSON.stringify(report) : resendText(report, dryRun))
  if ('samples' in result.report)
    for (const { position, reason } of result.report.rejectedExamples)
      terminal.tell(`line ${position.line}: ${reason}`)
  if (report.completed && !dryRun && files.checkpoint !== false)
    // It only serves to resume. The same letters may be sent again at any time.
    await rm(files.checkpoint, { force: true })
  if (report.fromLine !== null && !dryRun)
    terminal.tell(resumeHint(report.fromLine, files.checkpoint, file === stdinPath))
  if (result.error) throw inFlags(result.error)
  if (!report.completed) return interrupted ?? exitCodes.failed
  return report.failed + report.broken > 0 ? exitCodes.rejects : exitCodes.done
}

interface Stopped {
  readonly report: BackfillReport | DryRunReport
  readonly error?: BackfillError
}

/** Returns the report of a run even if it was stopped by an error. */
async function stopped(running: Promise<BackfillReport | DryRunReport>): Promise<Stopped> {
  try {
    return { report: await running }
  } catch (error) {
    if (!(error instanceof BackfillError) || error.report === undefined) throw error
    return { report: error.report, error }
  }
}

function resumeHint(fromLine: number, checkpoint: string | false, isStdin: boolean): string {
  const from = `rerun with --from-line ${fromLine}`
  if (checkpoint === false) return `stopped; ${from} to resume`
  const same = isStdin ? 'the same command with the same input' : 'the same command'
  return `stopped; rerun ${same} to resume (checkpoint: ${checkpoint}), or ${from}`
}

function checkedCodes(codes: string[] | undefined): string[] | undefined {
  const unknown = codes?.find((code) => !Object.hasOwn(errorCodes, code) && code !== 'unknown')
  if (unknown !== undefined)
    throw new UsageError(
      `option --code is ${JSON.stringify(unknown)}; allowed: ${Object.keys(errorCodes).join(', ')}`,
    )
  return codes
}

async function filesOf(
  file: string,
  flags: ResendFlags,
): Promise<{ rejects: string; checkpoint: string | false }> {
  const name = file === stdinPath ? 'stdin' : file
  const rejects = flags.rejects ?? `${name}.failed`
  if (await areSame(rejects, file))
    throw new UsageError(`option --rejects is the file that is read; allowed: another file`)
  const standard = flags.fromLine === undefined ? `${name}.checkpoint.json` : false
  const { checkpoint } = flags
  return { rejects, checkpoint: checkpoint ?? standard }
}

async function areSame(a: string, b: string): Promise<boolean> {
  try {
    return (await realpath(a)) === (await realpath(b))
  } catch {
    // One of them does not exist.
    return false
  }
}
