// `selfsame backfill`: makes a source and a mapping from the options, and runs the engine.

import { readFile } from 'node:fs/promises'
import { backfill } from '../../backfill/backfill.js'
import type { BackfillOptions } from '../../backfill/options.js'
import { BackfillError, type BackfillReport, type DryRunReport } from '../../backfill/report.js'
import type { Integrations } from '../../spec/messages.js'
import { attend } from '../shared/attend.js'
import { exitCodes, UsageError } from '../shared/exit-codes.js'
import { inFlags } from '../shared/shared-options.js'
import type { Terminal } from '../shared/terminal.js'
import { formatCount } from '../shared/words.js'
import { CheckedSource } from './checked-source.js'
import { mappingOf } from './chosen-mapping.js'
import { type Destination, destinationOf } from './destination.js'
import type { BackfillFlags } from './options.js'
import { dryRunText, reportText } from './report-text.js'
import { inputOf, type Input } from './source-of.js'
import { suggest } from './suggest.js'
import { watchQueue } from './wait.js'

type Row = Record<string, unknown>

/** @returns the exit code */
export async function runBackfill(
  file: string | undefined,
  flags: BackfillFlags,
  terminal: Terminal,
): Promise<number> {
  const input = inputOf(file, flags)
  if (flags.suggest) {
    terminal.print(await suggest(input.source, file ?? '', flags))
    return exitCodes.done
  }
  // Reports a missing file before anything else.
  await input.source.total
  const destination = await destinationOf(flags)
  const queue =
    flags.dryRun === true ? undefined : destination.queue && watchQueue(destination.queue)
  try {
    const options = await optionsOf(input, flags, destination)
    await queue?.look()
    const { result, interrupted } = await attend((watch) =>
      backfill<Row>(options.source, { ...options.run, ...watch }),
    )
    const code = finish(result, { flags, input, interrupted, terminal })
    if (!queue || flags.wait !== true || !result.completed) return code
    return (await queue.wait(terminal)) ?? code
  } catch (error) {
    throw withReport(error, flags, terminal)
  } finally {
    queue?.close()
    await destination.close()
  }
}

interface Prepared {
  readonly source: CheckedSource
  readonly run: BackfillOptions<Row>
}

async function optionsOf(
  input: Input,
  flags: BackfillFlags,
  destination: Destination,
): Promise<Prepared> {
  const { map, mapping, check } = await mappingOf(flags)
  const run: BackfillOptions<Row> = {
    ...destination.options,
    map,
    mapping,
    timestamp: flags.timestampNow === true ? 'now' : undefined,
    active: flags.active ? undefined : false,
    integrations: await integrationsOf(flags.integrations),
    // Named after the source by default, so that two files in one folder are two runs. Without a key nothing can be
    // resumed, and a checkpoint would only refuse a later run that has one.
    checkpoint: flags.checkpoint ?? (input.canResume && `${input.name}.checkpoint.json`),
    rejects: flags.rejects ?? `${input.name}.rejects.ndjson`,
    maxRejects: flags.maxRejects,
  }
  return { source: new CheckedSource(input.source, check), run }
}

async function integrationsOf(text: string | undefined): Promise<Integrations | undefined> {
  if (text === undefined) return undefined
  try {
    const json = text.trimStart().startsWith('{') ? text : await readFile(text, 'utf8')
    return JSON.parse(json) as Integrations
  } catch (cause) {
    throw new UsageError(
      '--integrations is neither JSON nor a file that has it; allowed: for example {"All": false, "Mixpanel": true}',
      { cause },
    )
  }
}

interface Finished {
  readonly flags: BackfillFlags
  readonly input: Input
  readonly interrupted: number | undefined
  readonly terminal: Terminal
}

function finish(
  report: BackfillReport | DryRunReport,
  { flags, input, interrupted, terminal }: Finished,
): number {
  if (flags.json) terminal.print(JSON.stringify(report))
  else if ('samples' in report) terminal.print(dryRunText(report, flags.showValues === true))
  else terminal.print(reportText(report))
  if (report.rows === 0 && report.completed)
    terminal.tell(
      `${input.source.name ?? 'the source'} has no rows: it is empty, or has a header only`,
    )
  if (report.rejects !== undefined && report.rejected > 0 && report.completed)
    terminal.tell(
      `correct the rows in ${report.rejects} and send them: selfsame backfill ${report.rejects} with the same options`,
    )
  if (!report.completed) {
    if (flags.dryRun !== true) terminal.tell(resumeHint(report, input))
    return interrupted ?? exitCodes.failed
  }
  return report.rejected + report.failed > 0 ? exitCodes.rejects : exitCodes.done
}

function resumeHint(report: BackfillReport, input: Input): string {
  const { rows, checkpoint } = report
  const where = `stopped after row ${formatCount(rows)}`
  if (!input.canResume)
    return `${where}; a query without --key cannot be resumed: rerun the same command, and the destination drops what it has already if that is within its dedup window`
  if (checkpoint === undefined) return `${where}; without a checkpoint a rerun starts over`
  return `${where}; rerun ${input.resumeWith} to resume (checkpoint: ${checkpoint})`
}

/** Also prints what a stopped run had done. */
function withReport(error: unknown, flags: BackfillFlags, terminal: Terminal): unknown {
  if (!(error instanceof BackfillError)) return error
  if (error.cause instanceof UsageError) return error.cause
  if (error.report) {
    if (flags.json) terminal.print(JSON.stringify(error.report))
    else terminal.tell(reportText(error.report))
  }
  return inFlags(error)
}
