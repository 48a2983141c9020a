// The options of `selfsame backfill`.

import { Option, type Command } from 'commander'
import type { BackfillOptions } from '../../backfill/options.js'
import type { FileFormat, FileOptions } from '../../backfill/sources/file-source.js'
import type { PostgresOptions } from '../../backfill/sources/postgres-source.js'
import { engineOption } from '../shared/engine-option.js'
import { addConnection, addRun, type SharedFlags } from '../shared/shared-options.js'
import { character, list, repeated, wholeNumber } from '../shared/values.js'
import { emptyMeanings } from './cells.js'
import { mappedTypes, type MappingFlags } from './flag-mapping.js'

export interface BackfillFlags
  extends
    SharedFlags,
    MappingFlags,
    Pick<BackfillOptions, 'maxRejects'>,
    Pick<FileOptions, 'format' | 'delimiter' | 'encoding'>,
    Partial<Pick<PostgresOptions, 'query' | 'key'>> {
  map?: string
  suggest?: boolean
  from?: string
  fromEnv?: string
  quote?: string
  columns?: string[]
  header: boolean
  active: boolean
  integrations?: string
  to?: string
  toEnv?: string
  source?: string
  space?: string
  viaBullmq?: string
  viaBullmqEnv?: string
  viaGraphileWorker?: string
  viaGraphileWorkerEnv?: string
  queue?: string
  lanes?: number
  prefix?: string
  schema?: string
  wait?: boolean
  readers?: number
  showValues?: boolean
}

export function addBackfillOptions(command: Command): Command {
  addSource(command)
  addMapping(command)
  addFiles(command)
  addConnection(command).addOption(
    engineOption('maxInFlight', 'requests at a time; with 1 the order is kept'),
  )
  return addDestination(command)
}

function addDestination(command: Command): Command {
  return command
    .optionsGroup('Or into a store of @selfsame/collector, without a network:')
    .option('--to <file|url>', 'a SQLite file, or postgres://user@host/name without a password')
    .option('--to-env <name>', 'environment variable that has the file or the URL')
    .option('--source <name>', 'name of the source (default: backfill; of a queue: default)')
    .option('--space <name>', 'space of its people (default: the name of the source)')
    .optionsGroup('Or through a queue, from which workers deliver (selfsame work):')
    .option('--via-bullmq <url>', 'Redis with the queues of BullMQ: redis://host:6379')
    .option('--via-bullmq-env <name>', 'environment variable with that URL')
    .option(
      '--via-graphile-worker <url>',
      'PostgreSQL with graphile-worker: postgres://me@host/app',
    )
    .option('--via-graphile-worker-env <name>', 'environment variable with that URL')
    .addOption(
      new Option('--lanes <n>', 'lanes of the queue, as the apps have (default: 8)').argParser(
        wholeNumber(1, 256),
      ),
    )
    .option('--queue <name>', 'how the names of the queues begin (default: selfsame)')
    .option('--prefix <prefix>', "BullMQ's prefix of all keys (default: bull)")
    .option('--schema <schema>', 'the schema of graphile-worker (default: graphile_worker)')
    .option('--wait', 'wait until workers have delivered all')
}

/** Also for other commands that read rows. */
export function addSource(command: Command): void {
  command
    .optionsGroup('Where it comes from:')
    .addOption(
      new Option('--format <name>', 'of the file (default: by its name and beginning)').choices([
        'csv',
        'tsv',
        'ndjson',
        'json',
      ] satisfies FileFormat[]),
    )
    .addOption(new Option('--delimiter <c>', "of a CSV file; 'tab' is one").argParser(character))
    .option('--quote <c>', "of a CSV file; 'none' if quotes are text")
    .addOption(
      new Option('--columns <names>', 'of a CSV file, in place of its header: a,b,c').argParser(
        list,
      ),
    )
    .option('--no-header', 'the CSV file has no header; needs --columns')
    .option(
      '--encoding <name>',
      'of the file, if it is not UTF-8: latin1, windows-1252, utf-16le …',
    )
    .option('--from <url>', 'a database: postgres://user@host/name, without a password')
    .option('--from-env <name>', 'environment variable that has the URL of the database')
    .option('--query <select>', 'the rows of the database')
    .option('--key <column>', 'unique column of the query, by which a run can be resumed')
    .addOption(
      new Option(
        '--readers <n>',
        'read so many ranges of the key at a time; it must be a number (default: 1)',
      ).argParser(wholeNumber(1, 64)),
    )
}

/** Also for other commands that make messages of rows. */
export function addRowMapping(command: Command): Command {
  return command
    .optionsGroup('What becomes of a row:')
    .option('--map <file>', 'module that exports a function: row to call, calls or null')
    .addOption(new Option('--type <type>', 'of the calls (default: identify)').choices(mappedTypes))
    .option('--user-id <column>')
    .option('--anonymous-id <column>')
    .option('--previous-id <column>', 'of an alias')
    .option('--group-id <column>', 'of a group')
    .option('--timestamp <column>', 'when it was')
    .option('--timestamp-now', 'store it as happening now')
    .addOption(engineOption('unit', 'of timestamps that are numbers'))
    .addOption(
      new Option(
        '--trait <spec>',
        "NAME, NAME=COLUMN, NAME:TYPE=COLUMN, or '*' for all others; several times. " +
          'TYPE: text, number, boolean, date, json. A dot in NAME makes an object',
      ).argParser(repeated),
    )
    .addOption(new Option('--property <spec>', 'of a track, as --trait').argParser(repeated))
    .option('--event <name>', 'of every track')
    .option('--event-column <column>', 'that has the name of the event')
    .addOption(
      new Option(
        '--empty <meaning>',
        'of an empty cell: no trait, null, an empty text (default: skip)',
      ).choices(emptyMeanings),
    )
}

function addMapping(command: Command): void {
  addRowMapping(command)
    .addOption(engineOption('archived', 'the rows are messages from an archive'))
    .option('--no-active', 'leave "last seen" alone: context.active is false')
    .option('--integrations <json>', 'of every message: JSON, or a file that has it')
    .option('--suggest', 'look at the first rows and print a mapping')
}

function addFiles(command: Command): void {
  addRun(command, 'NAME')
    .addOption(engineOption('again', 'send all rows again although an earlier run has completed'))
    .option('--show-values', 'in a dry run show wrong values with their letters')
    .option(
      '--rejects <file>',
      'file for rows that are not delivered (default: NAME.rejects.ndjson)',
    )
    .option(
      '--max-rejects <n>',
      "stop if more rows are rejected: a number, or a share such as '1%'",
    )
    .addOption(engineOption('limit', 'read at most this many rows'))
    .addOption(engineOption('name', 'name of the run, part of every messageId'))
}
