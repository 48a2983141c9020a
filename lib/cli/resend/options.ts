// The options of `selfsame resend`.

import { Option, type Command } from 'commander'
import { addConnection, type ConnectionFlags } from '../connection.js'
import { list, wholeNumber } from '../values.js'

export interface ResendFlags extends ConnectionFlags {
  code?: string[]
  dryRun?: boolean
  fromLine?: number
  rejects?: string
  json?: boolean
}

export function addResendOptions(command: Command): Command {
  command
    .optionsGroup('The run:')
    .addOption(
      new Option(
        '--code <codes>',
        'only what failed with one of these: rejected,timeout',
      ).argParser(list),
    )
    .option('--dry-run', 'read and check everything, and send nothing')
    .addOption(new Option('--from-line <n>', 'begin with this line').argParser(wholeNumber(1)))
    .option('--rejects <file>', 'for what fails again (default: FILE.failed)')
    .option('--json', 'print the report as JSON')
  return addConnection(command)
}
