// The options that both commands have: where messages go, and how a run is resumed.

import { Option, type Command } from 'commander'
import type { BackfillOptions } from '../../backfill/options.js'
import { BackfillError } from '../../backfill/report.js'
import { positiveOrZero, wholeNumber } from './values.js'
import { defaultVariable, readWriteKey, type KeyOptions } from './write-key.js'

export interface SharedFlags extends KeyOptions {
  host?: string
  path?: string
  gzip?: boolean
  rate?: number
  maxMessageBytes?: number
  dryRun?: boolean
  checkpoint?: string | false
  resume: boolean
  acceptChanges?: boolean
  rejects?: string
  json?: boolean
}

export function addConnection(command: Command): Command {
  return command
    .optionsGroup('Where messages go, and how fast:')
    .option(
      '--write-key-env <name>',
      `environment variable with the write key (default: ${defaultVariable})`,
    )
    .option('--write-key-file <path>', 'file with the write key and nothing else')
    .option('--host <url>', 'host of the API (default: https://api.segment.io)')
    .option('--path <path>', 'path of the API on that host (default: /v1/batch)')
    .addOption(
      new Option('--rate <n>', 'messages a second; 0 sends as fast as the server accepts them')
        .argParser(positiveOrZero)
        .default(500),
    )
    .addOption(
      new Option(
        '--max-message-bytes <n>',
        'size of the largest message (default: 32768)',
      ).argParser(wholeNumber(1)),
    )
    .option('--gzip', 'compress requests')
}

export function addRun(command: Command, name: string): Command {
  return command
    .optionsGroup('The run:')
    .option('--dry-run', 'check everything and send nothing')
    .option(
      '--checkpoint <file>',
      `file that says how far the run is (default: ${name}.checkpoint.json)`,
    )
    .option('--no-checkpoint', 'write no checkpoint; an interrupted run starts over')
    .option('--no-resume', 'start over, whatever the checkpoint says')
    .addOption(
      new Option('--resume', 'resume at the checkpoint (default)').default(true).hideHelp(),
    )
    .option('--accept-changes', 'resume although the source or an option has changed')
    .option('--json', 'print the report as JSON')
}

/** What both commands have the engine do. */
export async function sharedOptions(
  flags: SharedFlags,
): Promise<Omit<BackfillOptions<never>, 'map' | 'rejects'>> {
  const { dryRun = false, rate, path, gzip, maxMessageBytes, resume, acceptChanges } = flags
  return {
    ...(dryRun ? {} : { writeKey: await readWriteKey(flags) }),
    host: flags.host ?? process.env.SEGMENT_HOST,
    ...{ dryRun, rate, path, gzip, maxMessageBytes, resume, acceptChanges },
  }
}

/** The engine's error, with its options as the command has them. */
export function inFlags({ code, message, cause }: BackfillError): BackfillError {
  const text = message
    .replace('resume: false', '--no-resume')
    .replace('acceptChanges: true', '--accept-changes')
    .replace('again: true', '--again')
    .replace('maxRejects', '--max-rejects')
    .replace('check host and path', 'check --host and --path')
    .replace(/check host$/, 'check --host')
  return new BackfillError(code, text, { cause })
}
