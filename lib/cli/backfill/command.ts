// `selfsame backfill`: the options become a source and a mapping, and the engine does the rest.

import { readFile } from 'node:fs/promises'
import { backfill } from '../../backfill/backfill.js'
import type { BackfillOptions } from '../../backfill/options.js'
import type { Progress } from '../../backfill/progress.js'
import { BackfillError, type BackfillReport, type DryRunReport } from '../../backfill/report.js'
import type { Integrations } from '../../spec/messages.js'
import { Display, formatCount } from '../display.js'
import { exitCodes, UsageError } from '../exit-codes.js'
import { Interruption } from '../interruption.js'
import type { Terminal } from '../terminal.js'
import { readWriteKey } from '../write-key.js'
import { CheckedSource, checkColumns } from './checked-source.js'
import { FlagMapping } from './flag-mapping.js'
import { loadMapFile } from './map-file.js'
import type { BackfillFlags } from './options.js'
import { textOfDryRun, textOfReport } from './report-text.js'
import { inputOf, type Input } from './source-of.js'
import { suggest } from './suggest.js'

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
  // A file that is not there is told before anything else.
  await input.source.total
  const options = await optionsOf(input, flags)
  const display = await Display.start()
  const interruption = new Interruption((text) => display.say(text))
  try {
    const report = await backfill<Row>(options.source, {
      ...options.run,
      signal: interruption.signal,
      onProgress: (progress) => display.update(standingOf(progress)),
    })
    display.stop()
    return tell(report, flags, input, interruption, terminal)
  } catch (error) {
    display.stop()
    throw withReport(error, flags, terminal)
  } finally {
    display.stop()
    interruption.release()
  }
}

interface Prepared {
  readonly source: CheckedSource
  readonly run: BackfillOptions<Row>
}

async function optionsOf(input: Input, flags: BackfillFlags): Promise<Prepared> {
  const { map, mapping, check } = await mappingOf(flags)
  const { dryRun = false, checkpoint } = flags
  const run: BackfillOptions<Row> = {
    ...(dryRun ? {} : { writeKey: await readWriteKey(flags) }),
    host: flags.host ?? process.env.SEGMENT_HOST,
    path: flags.path,
    gzip: flags.gzip,
    maxMessageBytes: flags.maxMessageBytes,
    rate: flags.rate,
    maxInFlight: flags.maxInFlight,
    name: flags.name,
    map,
    mapping,
    timestamp: flags.timestampNow === true ? 'now' : undefined,
    unit: flags.unit,
    archived: flags.archived,
    active: flags.active ? undefined : false,
    integrations: await integrationsOf(flags.integrations),
    // By default it is called after the source: two files in one folder are two runs.
    checkpoint: checkpoint ?? `${input.name}.checkpoint.json`,
    rejects: flags.rejects ?? `${input.name}.rejects.ndjson`,
    maxRejects: flags.maxRejects,
    resume: flags.resume ?? true,
    acceptChanges: flags.acceptChanges,
    limit: flags.limit,
    dryRun,
  }
  return { source: new CheckedSource(input.source, check), run }
}

interface ChosenMapping {
  readonly map?: BackfillOptions<Row>['map']
  readonly mapping?: string
  readonly check: (row: Row) => void
}

async function mappingOf(flags: BackfillFlags): Promise<ChosenMapping> {
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

/** Without a mapping the rows are calls themselves: those of an archive, or what another tool has made. */
function checkIsCall(row: Row): void {
  if (typeof row.type === 'string' && ('userId' in row || 'anonymousId' in row)) return
  throw new UsageError(
    'nothing says what becomes of a row: give --map FILE, or options such as --user-id and --trait (--suggest prints some)',
  )
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

function standingOf(progress: Progress): Parameters<Display['update']>[0] {
  const { rows, rate, rejected, done, total, waitingFor } = progress
  return { count: `${formatCount(rows)} rows`, rate, rejected, done, total, waitingFor }
}

function tell(
  report: BackfillReport | DryRunReport,
  flags: BackfillFlags,
  input: Input,
  interruption: Interruption,
  terminal: Terminal,
): number {
  if (flags.json) terminal.print(JSON.stringify(report))
  else terminal.print('samples' in report ? textOfDryRun(report) : textOfReport(report))
  if (!report.completed) {
    if (flags.dryRun !== true) terminal.tell(howToGoOn(report, input))
    return interruption.code ?? exitCodes.failed
  }
  return report.rejected + report.failed > 0 ? exitCodes.rejects : exitCodes.done
}

function howToGoOn(report: BackfillReport, input: Input): string {
  const { rows, checkpoint } = report
  const where = `stopped behind row ${formatCount(rows)}`
  if (!input.canGoOn)
    return `${where}; a query without --key cannot be gone on with: begin anew with --no-resume, which stores nothing twice within the destination's dedup window`
  if (checkpoint === undefined) return `${where}; without a checkpoint it begins anew`
  const same = ['the same command', input.toGoOn].filter(Boolean).join(' ')
  return `${where}; ${same} goes on from there (checkpoint: ${checkpoint})`
}

/** What a run that was stopped had done is told as well. */
function withReport(error: unknown, flags: BackfillFlags, terminal: Terminal): unknown {
  if (!(error instanceof BackfillError)) return error
  if (error.cause instanceof UsageError) return error.cause
  if (error.report) {
    if (flags.json) terminal.print(JSON.stringify(error.report))
    else terminal.tell(textOfReport(error.report))
  }
  return error.code === 'changed' ? new BackfillError('changed', inFlags(error.message)) : error
}

/** What the engine says of its options, as one says it here. */
function inFlags(text: string): string {
  return text
    .replace('resume: false', '--no-resume')
    .replace('acceptChanges: true', '--accept-changes')
}
