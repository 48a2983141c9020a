// The subcommand `selfsame work`, as commander knows it.

import type { Command } from 'commander'
import type { Terminal } from '../shared/terminal.js'
import { addWorkOptions, type WorkFlags } from './options.js'

export const workExamples = [
  'selfsame work --bullmq redis://127.0.0.1:6379 --source web=WEB_WRITE_KEY',
  'selfsame work --graphile-worker postgres://me@host/app --source web=WEB_WRITE_KEY',
  'selfsame work --bullmq-env REDIS_URL --source web=WEB_KEY --source shop=SHOP_KEY --rate 2000',
]

/** @param ended gets the exit code */
export function addWork(
  program: Command,
  terminal: Terminal,
  ended: (code: number) => void,
): Command {
  const work = program
    .command('work')
    .description('deliver from a queue that several processes share, until Ctrl-C')
    .action(async (flags: WorkFlags) => {
      const { runWork } = await import('./command.js')
      ended(await runWork(flags, terminal))
    })
  return addWorkOptions(work)
}
