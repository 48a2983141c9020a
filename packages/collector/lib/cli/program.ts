// The `selfsame-collector` command: its subcommands, and what becomes of their errors.
import { Command, CommanderError } from 'commander'
import { isError } from '../../../../lib/runtime/value-kinds.js'
import { version } from '../../../../lib/runtime/version.js'
import { StoreNotUsable } from '../store/errors.js'
import { addErase, erase, type EraseFlags } from './erase.js'
import { addExplain, explain, type ExplainFlags } from './explain.js'
import { addRebuild, rebuild, type RebuildFlags } from './rebuild.js'
import { addSend, send, type SendFlags } from './send.js'
import { addServe, serve, type ServeFlags } from './serve.js'
import { addTail, tail, type TailFlags } from './tail.js'
import { exitCodes, processTerminal, type Terminal, UsageError } from './terminal.js'

const EXAMPLES = `
Examples:
  $ selfsame-collector                                  in memory, on http://127.0.0.1:8877
  $ selfsame-collector --db events.db --space shop      in a file; all sources have the same people
  $ selfsame-collector --db-env DATABASE_URL            in PostgreSQL
  $ selfsame-collector tail 'type:track user:u1'        what arrives there
  $ selfsame-collector explain user_id:u1 anonymous_id:a1 --db events.db
  $ selfsame-collector rebuild --rules rules.json --db events.db
  $ selfsame-collector erase user_id:u1 --db events.db`

/** @returns the exit code */
export async function run(
  args: readonly string[],
  terminal: Terminal = processTerminal,
): Promise<number> {
  let code: number = exitCodes.done
  try {
    const program = programWith(terminal, (ended) => (code = ended))
    await program.parseAsync(args, { from: 'user' })
    return code
  } catch (error) {
    return told(error, terminal)
  }
}

function programWith(terminal: Terminal, ended: (code: number) => void): Command {
  const program = new Command('selfsame-collector')
    .description(
      'A local endpoint for the Segment API: see what your tracking sends, and who it is.',
    )
    .version(version)
    .configureOutput({
      writeOut: (text) => {
        terminal.print(text.trimEnd())
      },
      // Errors are told where they are caught.
      writeErr: () => undefined,
    })
    .exitOverride()
    .enablePositionalOptions()
    .allowExcessArguments()
    .addHelpText('after', EXAMPLES)
    .action(async (flags: ServeFlags) => {
      const [unknown] = program.args
      if (unknown !== undefined) {
        const names = program.commands.map((command) => command.name()).join(', ')
        throw new UsageError(`there is no command ${unknown}; there are: ${names}`)
      }
      ended(await serve(flags, terminal))
    })
  addServe(program)
  addTail(program.command('tail').description('print messages as they arrive')).action(
    async (filter: string | undefined, flags: TailFlags) => {
      ended(await tail(filter, flags, terminal))
    },
  )
  addSend(program.command('send').description('hand messages of a file to a collector')).action(
    async (file: string, flags: SendFlags) => {
      ended(await send(file, flags, terminal))
    },
  )
  addExplain(program.command('explain').description('why two ids are one person, or two')).action(
    async (a: string, b: string, flags: ExplainFlags) => {
      ended(await explain(a, b, flags, terminal))
    },
  )
  addRebuild(program.command('rebuild').description('resolve all people again')).action(
    async (flags: RebuildFlags) => {
      ended(await rebuild(flags, terminal))
    },
  )
  addErase(program.command('erase').description('forget a person')).action(
    async (id: string, flags: EraseFlags) => {
      ended(await erase(id, flags, terminal))
    },
  )
  return program
}

function told(error: unknown, terminal: Terminal): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return exitCodes.done
    // What commander suggests is on a line of its own.
    const text = error.message.replace(/^error: /, 'selfsame-collector: ')
    terminal.tell(text.replaceAll('\n', ' '))
    return exitCodes.usage
  }
  terminal.tell(`selfsame-collector: ${isError(error) ? error.message : String(error)}`)
  const isUsage = error instanceof UsageError || error instanceof StoreNotUsable
  return isUsage ? exitCodes.usage : exitCodes.failed
}
