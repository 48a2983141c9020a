// The options that `backfill` and `resend` share: where messages go, and how a run is resumed.

import { Option, type Command } from 'commander'
import { pickListed, type ListedOption } from '../../backfill/option-table.js'
import type { BackfillOptions } from '../../backfill/options.js'
import { BackfillError } from '../../backfill/report.js'
import { engineOption, flagOf } from './engine-option.js'
import { defaultVariable, readWriteKey, type KeyOptions } from './write-key.js'

export interface SharedFlags
  extends KeyOptions, Pick<BackfillOptions, ListedOption | 'path' | 'checkpoint'> {
  host?: string
  resume: boolean
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
      engineOption('rate', 'messages a second; 0 sends as fast as the server accepts them'),
    )
    .addOption(engineOption('maxMessageBytes', 'size of the largest message'))
    .addOption(engineOption('gzip', 'compress requests'))
}

export function addRun(command: Command, name: string): Command {
  return command
    .optionsGroup('The run:')
    .addOption(engineOption('dryRun', 'check everything and send nothing'))
    .option(
      '--checkpoint <file>',
      `file that says how far the run is (default: ${name}.checkpoint.json)`,
    )
    .option('--no-checkpoint', 'write no checkpoint; an interrupted run starts over')
    .option('--no-resume', 'start over, whatever the checkpoint says')
    .addOption(
      new Option('--resume', 'resume at the checkpoint (default)').default(true).hideHelp(),
    )
    .addOption(engineOption('acceptChanges', 'resume although the source or an option has changed'))
    .option('--json', 'print the report as JSON')
}

/** The options for the engine that both commands share. */
export async function sharedOptions(
  flags: SharedFlags,
  writeKey?: string,
): Promise<Omit<BackfillOptions<never>, 'map' | 'rejects'>> {
  const { path, resume, dryRun = false } = flags
  return {
    ...pickListed(flags),
    ...(dryRun ? {} : { writeKey: writeKey ?? (await readWriteKey(flags)) }),
    host: flags.host ?? process.env.SEGMENT_HOST,
    ...{ path, resume },
  }
}

/** Replaces the engine's option names in an error by those of the command. */
export function inFlags({ code, message, cause }: BackfillError): BackfillError {
  const text = message
    .replace('resume: false', '--no-resume')
    .replace(/(acceptChanges|again): true/g, (_, name: string) => flagOf(name))
    .replace('maxRejects', flagOf)
    .replace('check host and path', 'check --host and --path')
    .replace(/check host$/, 'check --host')
  return new BackfillError(code, text, { cause })
}
