// `selfsame-collector`: listens, and prints what arrives, until it is interrupted.
import type { Command } from 'commander'
import { loadPlanFile, PlanFileError } from '../../../../lib/plan/load-plan-file.js'
import type { AnyPlan } from '../../../../lib/spec/planned-calls.js'
import { type Collector, startCollector } from '../collector.js'
import { messageLine, rejectionLine, violationLine } from '../../../../lib/spec/message-line.js'
import { openBrowser } from './open-browser.js'
import { addStore, databaseOf, port, type StoreFlags } from './options.js'
import { exitCodes, interruption, type Terminal, UsageError } from './terminal.js'

export interface ServeFlags extends StoreFlags {
  port: number
  listen?: string
  tokenEnv?: string
  source?: string[]
  quiet?: boolean
  open?: boolean
  plan?: string
}

export const DEFAULT_PORT = 8877

export function addServe(command: Command): Command {
  command
    .optionsGroup('Where it listens:')
    .option('--port <n>', 'on 127.0.0.1; 0 is any free port', port, DEFAULT_PORT)
    .option('--listen <address>', 'another address than 127.0.0.1; needs --token-env')
    .option('--token-env <name>', 'environment variable that has the token of those who read')
    .option('--open', 'open the page in the browser')
    .option('--quiet', 'print no line for each message')
    .option('--plan <file>', 'say what is not as planned: a .ts or .mjs module with a plan')
    .option(
      '--source <name=env>',
      'name of a source, and the environment variable that has its write key; several times',
      (text: string, before: string[] | undefined) => [...(before ?? []), text],
    )
  return addStore(command)
}

/** @returns the exit code */
export async function serve(flags: ServeFlags, terminal: Terminal): Promise<number> {
  const ended = interruption()
  const db = databaseOf(flags)
  const collector = await started(flags, db)
  if (flags.quiet !== true) {
    collector.on('message', (message) => {
      terminal.print(messageLine(message))
    })
    collector.on('violation', ({ violations }) => {
      terminal.print(violationLine(violations))
    })
    collector.on('rejected', (rejection) => {
      terminal.print(rejectionLine(rejection))
    })
  }
  const place = db === undefined ? 'in memory' : 'in the database'
  terminal.tell(`listening on ${collector.url}, ${place}; Ctrl-C ends it`)
  terminal.tell(`set the host of your client to ${collector.url}`)
  const token = flags.tokenEnv === undefined ? '' : ' (the first time with ?token= and the token)'
  terminal.tell(`see it happen: open ${collector.url} in a browser${token}`)
  if (flags.open === true && !(await openBrowser(collector.url))) {
    terminal.tell('--open: this machine has no program that opens a browser')
  }
  await ended
  await collector.close()
  return exitCodes.done
}

async function started(flags: ServeFlags, db: string | undefined): Promise<Collector> {
  try {
    return await startCollector({
      port: flags.port,
      host: flags.listen,
      db,
      space: flags.space,
      rules: flags.rules,
      plan: await planOf(flags),
      sources: sourcesOf(flags.source ?? []),
      token: tokenOf(flags),
    })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    throw new UsageError(`port ${flags.port} is in use: choose another with --port, or 0 for any`)
  }
}

async function planOf({ plan }: ServeFlags): Promise<AnyPlan | undefined> {
  if (plan === undefined) return undefined
  try {
    return await loadPlanFile(plan)
  } catch (error) {
    if (error instanceof PlanFileError) throw new UsageError(error.message)
    throw error
  }
}

function tokenOf({ listen, tokenEnv }: ServeFlags): string | undefined {
  const token = tokenEnv === undefined ? undefined : process.env[tokenEnv]
  if (tokenEnv !== undefined && (token === undefined || token === '')) {
    throw new UsageError(`--token-env: there is no environment variable ${tokenEnv}`)
  }
  if (listen !== undefined && token === undefined) {
    throw new UsageError('--listen lets others in: name a token with --token-env')
  }
  return token
}

/** `web=WEB_WRITE_KEY`: the key itself would be seen on the command line. */
function sourcesOf(texts: readonly string[]): Record<string, string> {
  const sources: [string, string][] = texts.map((text) => {
    const [name, variable] = text.split('=', 2)
    const writeKey = variable === undefined ? undefined : process.env[variable]
    if (name === undefined || name === '' || writeKey === undefined || writeKey === '') {
      throw new UsageError(
        `--source ${text}: give NAME=VARIABLE, where the environment variable has the write key`,
      )
    }
    return [writeKey, name]
  })
  return Object.fromEntries(sources)
}
