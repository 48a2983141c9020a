// The options of `selfsame resend`.

import { Option, type Command } from 'commander'
import { addConnection, addRun, type SharedFlags } from '../shared/shared-options.js'
import { list, wholeNumber } from '../shared/values.js'

export interface ResendFlags extends SharedFlags {
  code?: string[]
  fromLine?: number
}

export function addResendOptions(command: Command): Command {
  command
    .optionsGroup('What is sent:')
    .addOption(
      new Option(
        '--code <codes>',
        'only what failed with one of these: rejected,timeout',
      ).argParser(list),
    )
    .addOption(
      new Option('--from-line <n>', 'begin at this line, whatever the checkpoint says').argParser(
        wholeNumber(1),
      ),
    )
  addRun(command, 'FILE').option(
    '--rejects <file>',
    'file for what fails again (default: FILE.failed)',
  )
  return addConnection(command)
}
