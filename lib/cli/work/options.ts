// The options of `selfsame work`.

import { Option, type Command } from 'commander'
import { positiveOrZero, repeated, wholeNumber } from '../shared/values.js'

export interface WorkFlags {
  bullmq?: string
  bullmqEnv?: string
  graphileWorker?: string
  graphileWorkerEnv?: string
  schema?: string
  source?: string[]
  name?: string
  prefix?: string
  host?: string
  path?: string
  gzip?: boolean
  rate?: number
  concurrency?: number
  deadLetter?: string
  stalledInterval?: number
  health?: number
}

export function addWorkOptions(command: Command): Command {
  return command
    .optionsGroup('The queue:')
    .option('--bullmq <url>', 'Redis with the queues of BullMQ: redis://host:6379')
    .option('--bullmq-env <name>', 'environment variable with that URL, for one with a password')
    .option('--graphile-worker <url>', 'PostgreSQL with graphile-worker: postgres://me@host/app')
    .option('--graphile-worker-env <name>', 'environment variable with that URL')
    .option('--name <name>', 'how the names of the queues begin (default: selfsame)')
    .option('--prefix <prefix>', "BullMQ's prefix of all keys (default: bull)")
    .option('--schema <schema>', 'the schema of graphile-worker (default: graphile_worker)')
    .addOption(
      new Option(
        '--stalled-interval <ms>',
        'after how long a job of a killed worker goes to another (default: 30000; graphile-worker: 10000)',
      ).argParser(wholeNumber(1_000)),
    )
    .optionsGroup('Where messages go, and how fast:')
    .addOption(
      new Option(
        '--source <name=variable>',
        'a source, and the environment variable with its write key; may be repeated',
      ).argParser(repeated),
    )
    .option('--host <url>', 'host of the API (default: https://api.segment.io)')
    .option('--path <path>', 'path of the API on that host (default: /v1/batch)')
    .option('--gzip', 'compress requests')
    .addOption(
      new Option(
        '--rate <n>',
        'messages a second of all workers together; give each the same (default: no limit)',
      ).argParser(positiveOrZero),
    )
    .addOption(
      new Option(
        '--concurrency <n>',
        'batches that this worker delivers at a time (default: 2)',
      ).argParser(wholeNumber(1, 256)),
    )
    .option('--dead-letter <file>', 'file for messages that the server refuses')
    .optionsGroup('The process:')
    .addOption(
      new Option('--health <port>', 'answer GET requests with the state of the worker').argParser(
        wholeNumber(0, 65_535),
      ),
    )
}
