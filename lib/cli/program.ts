// The command `selfsame`: its subcommands, and how it reports their errors.

import { Command, CommanderError } from 'commander'
import { SourceError } from '../backfill/sources/source-error.js'
import { toError, errorText } from '../runtime/describe-value.js'
import { version } from '../runtime/version.js'
import { addBackfillOptions, type BackfillFlags } from './backfill/options.js'
import { addDevOptions, type DevFlags } from './dev/options.js'
import { addPlan, planExamples } from './plan/program.js'
import { exitCodes, UsageError } from './shared/exit-codes.js'
import { addResendOptions, type ResendFlags } from './resend/options.js'
import { processTerminal, type Terminal } from './shared/terminal.js'
import { addWork, workExamples } from './work/program.js'

/** @returns the exit code */
export async function run(
  args: readonly string[],
  terminal: Terminal = processTerminal,
): Promise<number> {
  let code: number = exitCodes.done
  try {
    refuseKey(args)
    const program = programWith(terminal, (ended) => (code = ended))
    await program.parseAsync(args, { from: 'user' })
    return code
  } catch (error) {
    return tellError(error, terminal)
  }
}

function programWith(terminal: Terminal, ended: (code: number) => void): Command {
  const program = new Command('selfsame')
    .description(
      'Sends history and dead letters to the Segment API and its like, and shows what a client sends.',
    )
    .version(version)
    .showHelpAfterError(false)
    .configureOutput({
      writeOut: (text) => terminal.print(text.trimEnd()),
      // Errors are printed below, where they are caught.
      writeErr: () => undefined,
    })
    .exitOverride()
  const backfill = program
    .command('backfill')
    .argument('[file]', "CSV, TSV, NDJSON or a JSON array, also gzip; '-' is standard input")
    .description('send history: the rows of a file or a database, once, and resumable')
    .action(async (file: string | undefined, flags: BackfillFlags) => {
      const { runBackfill } = await import('./backfill/command.js')
      ended(await runBackfill(file, flags, terminal))
    })
  addBackfillOptions(backfill)
  const resend = program
    .command('resend')
    .argument('<file>', "dead letters; '-' is standard input")
    .description('send dead letters again, with the same messageIds and timestamps')
    .action(async (file: string, flags: ResendFlags) => {
      const { runResend } = await import('./resend/command.js')
      ended(await runResend(file, flags, terminal))
    })
  addResendOptions(resend)
  const dev = program
    .command('dev')
    .description('a local endpoint that prints each message as it arrives, until Ctrl-C')
    .action(async (flags: DevFlags) => {
      const { runDev } = await import('./dev/command.js')
      ended(await runDev(flags, terminal))
    })
  addDevOptions(dev)
  const plan = addPlan(program, terminal, ended)
  const work = addWork(program, terminal, ended)
  addExamples([
    [
      program,
      [
        ...backfillExamples.slice(0, 1),
        ...resendExamples.slice(0, 1),
        devExamples[0],
        planExamples[0],
      ],
    ],
    [backfill, backfillExamples],
    [resend, resendExamples],
    [dev, devExamples],
    [plan, planExamples],
    [work, workExamples],
  ])
  return program
}

function addExamples(
  commands: readonly (readonly [Command, readonly (string | undefined)[]])[],
): void {
  for (const [command, examples] of commands) {
    const codes = command.name() === 'plan' ? planCodes : sendingCodes
    command.addHelpText('after', `\nExamples:\n  ${examples.join('\n  ')}\n\nExit codes: ${codes}`)
  }
}

const sendingCodes =
  '0 done, 1 failed, 2 wrong usage, 3 not everything was delivered, 130 interrupted.'
const planCodes = '0 done, 1 failed, 2 wrong usage, 3 something violates or breaks a plan.'

const backfillExamples = [
  'selfsame backfill users.csv --suggest',
  'selfsame backfill users.csv --user-id id --timestamp created_at --trait email --dry-run',
  'selfsame backfill users.csv --user-id id --timestamp created_at --trait email --trait plan=tier',
  "selfsame backfill orders.ndjson --type track --user-id user --timestamp at --event 'Order Completed'",
  "selfsame backfill --from postgres://me@host/app --query 'select * from users' --key id --map map.mjs",
]

const resendExamples = [
  'selfsame resend dead-letters.ndjson --dry-run',
  'selfsame resend dead-letters.ndjson --code timeout,closed',
]

const devExamples = [
  'selfsame dev --port 4010',
  'SEGMENT_HOST=http://127.0.0.1:4010 selfsame backfill users.csv --user-id id --timestamp at',
]

/** Runs before anything else reads the command line and may repeat a part of it. */
function refuseKey(args: readonly string[]): void {
  if (!args.some((arg) => /^--?write-?key(=|$)/i.test(arg))) return
  throw new UsageError(
    'a write key on the command line can be read by every user of the machine, and shells keep it: ' +
      'set SEGMENT_WRITE_KEY, or give --write-key-env NAME or --write-key-file PATH',
  )
}

function tellError(error: unknown, terminal: Terminal): number {
  if (error instanceof CommanderError) {
    // Help and version also end with a CommanderError.
    if (error.exitCode === 0) return exitCodes.done
    // commander.help: no command was given.
    const text =
      error.code === 'commander.help'
        ? "give a command; 'selfsame --help' lists them"
        : withoutValues(error)
    terminal.tell(`selfsame: ${text}`)
    return exitCodes.usage
  }
  const { message } = toError(error)
  terminal.tell(`selfsame: ${message}`)
  if (process.env.DEBUG !== undefined && process.env.DEBUG !== '') terminal.tell(errorText(error))
  // Our own TypeErrors name an option.
  const isUsage =
    error instanceof UsageError ||
    error instanceof SourceError ||
    (error instanceof TypeError && message.startsWith('option '))
  return isUsage ? exitCodes.usage : exitCodes.failed
}

/** An unknown option may contain a key, after a typo. */
function withoutValues({ code, message }: CommanderError): string {
  const text = message.replace(/^error: /, '')
  if (code === 'commander.unknownOption') return text.replace(/'(--[\w-]+|-\w)[^'\n]*'/, "'$1'")
  if (code === 'commander.excessArguments') return text.replace(/(but got \d+)[\s\S]*/, '$1')
  return text
}
