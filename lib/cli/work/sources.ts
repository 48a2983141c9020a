// The sources of `selfsame work`, with write keys from the environment.

import type { WorkerSource } from '../../queue/work/source-options.js'
import { UsageError } from '../shared/exit-codes.js'
import type { WorkFlags } from './options.js'

/** @throws UsageError that shows no key */
export function sourcesOf(
  flags: WorkFlags,
  environment: NodeJS.ProcessEnv = process.env,
): Record<string, WorkerSource> {
  const { source: given = [], path, gzip, deadLetter } = flags
  const host = flags.host ?? environment.SEGMENT_HOST
  if (given.length === 0)
    throw new UsageError('which source? Give --source NAME=VARIABLE, as web=WEB_WRITE_KEY')
  const known = new Set<string>()
  return Object.fromEntries(
    given.map((text) => {
      const [, name, variable] = /^([\w.-]{1,64})=([A-Za-z_]\w*)$/.exec(text) ?? []
      // What follows the = may be the key itself, given by mistake.
      if (name === undefined || variable === undefined)
        throw new UsageError(
          'option --source takes NAME=VARIABLE: a name, and the environment variable with the write key',
        )
      if (known.has(name)) throw new UsageError(`option --source has ${name} twice`)
      known.add(name)
      const writeKey = environment[variable]?.trim()
      if (writeKey === undefined || writeKey === '')
        throw new UsageError(
          `the environment variable with the write key of the source ${name} is not set`,
        )
      return [name, { writeKey, host, path, gzip, deadLetter }]
    }),
  )
}
