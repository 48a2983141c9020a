// Starts the worker of the engine that the command line names.

import type { RunningWorker, WorkerOptions } from '../../queue/work/worker-options.js'
import { hasPassword } from '../../backfill/sources/postgres-url.js'
import { UsageError } from '../shared/exit-codes.js'
import type { WorkFlags } from './options.js'

export interface StartedEngine {
  readonly worker: RunningWorker
  /** Where it is, without a password. */
  readonly place: string
}

/** @throws UsageError that shows no password */
export async function startEngine(
  flags: WorkFlags,
  options: WorkerOptions,
): Promise<StartedEngine> {
  const connection = urlOf(flags.bullmq, flags.bullmqEnv, '--bullmq')
  if (connection === undefined)
    throw new UsageError('which queue? Give --bullmq redis://host:6379, or --bullmq-env NAME')
  const { startWorker } = await installed('bullmq', () => import('../../queue/bullmq/index.js'))
  const { name, prefix, stalledInterval } = flags
  const worker = startWorker({ ...options, connection, name, prefix, stalledInterval })
  return { worker, place: `Redis at ${new URL(connection).host}` }
}

function urlOf(
  given: string | undefined,
  variable: string | undefined,
  flag: string,
): string | undefined {
  if (given === undefined && variable === undefined) return undefined
  if (given !== undefined && variable !== undefined)
    throw new UsageError(`give ${flag} or ${flag}-env, not both`)
  const url = given ?? process.env[variable ?? '']
  // The messages must not show the URL, which may contain a password.
  if (url === undefined || url === '')
    throw new UsageError(`the environment variable that ${flag}-env names is not set`)
  if (!URL.canParse(url)) throw new UsageError(`option ${flag} or ${flag}-env is not a URL`)
  if (given !== undefined && hasPassword(new URL(url)))
    throw new UsageError(
      `a password on the command line can be read by every user of the machine: give the URL in an environment variable with ${flag}-env`,
    )
  return url
}

/** Engines are optional: anyone who has none of them need not install one. */
async function installed<Module>(name: string, load: () => Promise<Module>): Promise<Module> {
  try {
    return await load()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error
    throw new UsageError(`${name} is not installed: npm install ${name} ioredis`)
  }
}
