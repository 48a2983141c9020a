// The options by which a command reaches the API.

import { Option, type Command } from 'commander'
import { standardVariable, type KeyOptions } from './write-key.js'
import { positiveOrZero, wholeNumber } from './values.js'

export interface ConnectionFlags extends KeyOptions {
  host?: string
  path?: string
  gzip?: boolean
  rate?: number
  maxMessageBytes?: number
}

export function addConnection(command: Command): Command {
  return command
    .optionsGroup('Where it goes, and how fast:')
    .option(
      '--write-key-env <name>',
      `environment variable that has the write key (default: ${standardVariable})`,
    )
    .option('--write-key-file <path>', 'file that has the write key, and nothing else')
    .option('--host <url>', 'of the API (default: https://api.segment.io)')
    .option('--path <path>', 'of the API on that host (default: /v1/batch)')
    .addOption(
      new Option('--rate <n>', 'messages a second; 0: as fast as the server takes them')
        .argParser(positiveOrZero)
        .default(500),
    )
    .addOption(
      new Option('--max-message-bytes <n>', 'the largest message (default: 32768)').argParser(
        wholeNumber(1),
      ),
    )
    .option('--gzip', 'compress requests')
}
