// Where the messages of a backfill go: to a service, or straight into a store (`--to`).

import type { BackfillOptions } from '../../backfill/options.js'
import { databaseUrl, hasPassword } from '../../backfill/sources/postgres-url.js'
import { UsageError } from '../shared/exit-codes.js'
import { loadCollector } from '../shared/load-collector.js'
import { sharedOptions } from '../shared/shared-options.js'
import type { BackfillFlags } from './options.js'

export interface Destination {
  readonly options: Omit<BackfillOptions<never>, 'map' | 'rejects'>
  close(): Promise<void>
}

/** Never leaves this process: it stands for the source, whose name is known instead. */
const writeKey = 'backfill'

/** @throws UsageError if options contradict each other, or the collector is not installed */
export async function destinationOf(flags: BackfillFlags): Promise<Destination> {
  const to = storeOf(flags)
  // A dry run writes nothing.
  if (to === undefined || flags.dryRun === true) {
    return { options: await sharedOptions(flags), close: () => Promise.resolve() }
  }
  for (const [name, value] of Object.entries({
    '--host': flags.host,
    '--path': flags.path,
    '--write-key-env': flags.writeKeyEnv,
    '--write-key-file': flags.writeKeyFile,
    '--gzip': flags.gzip,
  })) {
    if (value !== undefined) throw new UsageError(`${name} is of a service: --to needs none`)
  }
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
      throw new UsageError('--source and --space go with --to')
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
