// Where the messages of a backfill go: to a service, or straight into a store (`--to`).

import type { BackfillOptions } from '../../backfill/options.js'
import type { QueueFactory } from '../../queue/bullmq/index.js'
import { databaseUrl, hasPassword } from '../../backfill/sources/postgres-url.js'
import { UsageError } from '../shared/exit-codes.js'
import { loadCollector } from '../shared/load-collector.js'
import { sharedOptions } from '../shared/shared-options.js'
import type { BackfillFlags } from './options.js'
import { type Queue, queueOf } from './queue.js'
import { refuseFlags } from '../shared/refuse-flags.js'

export interface Destination {
  readonly options: Omit<BackfillOptions<never>, 'map' | 'rejects'>
  /** What has the messages until workers deliver them. */
  readonly queue?: QueueFactory
  close(): Promise<void>
}

/** Never leaves this process: it stands for the source, whose name is known instead. */
const writeKey = 'backfill'

/** @throws UsageError if options contradict each other, or the collector is not installed */
export async function destinationOf(flags: BackfillFlags): Promise<Destination> {
  const queue = await queueOf(flags)
  if (queue) return await throughQueue(queue, flags)
  const to = storeOf(flags)
  // A dry run writes nothing.
  if (to === undefined || flags.dryRun === true) {
    return { options: await sharedOptions(flags), close: () => Promise.resolve() }
  }
  refuseFlags(ofService(flags), 'is of a service: --to needs none')
  const { source = 'backfill', space } = flags
  const collector = await loadCollector().openCollector({
    db: to,
    space,
    sources: { [writeKey]: source },
  })
  const options = await sharedOptions({ ...flags, rate: flags.rate ?? 0 }, writeKey)
  return {
    options: {
      ...options,
      host: 'http://localhost',
      httpClient: (url, request) => collector.fetch(url, request),
    },
    close: () => collector.close(),
  }
}

async function throughQueue(queue: Queue, flags: BackfillFlags): Promise<Destination> {
  refuseFlags(ofService(flags), 'is of a service, which workers know')
  const { delivery } = queue
  const options = { ...(await sharedOptions(flags, writeKey)), delivery }
  return { options, queue: delivery, close: () => queue.close() }
}

const ofService = (flags: BackfillFlags): Record<string, unknown> => ({
  '--host': flags.host,
  '--path': flags.path,
  '--write-key-env': flags.writeKeyEnv,
  '--write-key-file': flags.writeKeyFile,
  '--gzip': flags.gzip,
})

function storeOf({ to, toEnv, source, space }: BackfillFlags): string | undefined {
  if (to !== undefined && toEnv !== undefined)
    throw new UsageError('give --to or --to-env, not both')
  if (toEnv !== undefined) {
    const value = process.env[toEnv]
    if (value !== undefined && value !== '') return value
    throw new UsageError('there is no such environment variable as --to-env names')
  }
  if (to === undefined) {
    if (source !== undefined || space !== undefined) {
      throw new UsageError('--source and --space go with --to, and --source with --via-…')
    }
    return undefined
  }
  const url = databaseUrl(to)
  if (url !== undefined && hasPassword(url)) {
    throw new UsageError(
      '--to has a password, which every process of the machine can read: put the URL into an environment variable and name it with --to-env',
    )
  }
  return to
}
