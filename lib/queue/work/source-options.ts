// The sources of a worker: where the messages of each go, and by which key.

import type { AnalyticsOptions } from '../../client/options/analytics-options.js'
import { readOptions, type Settings } from '../../client/options/read-options.js'
import { describeValue } from '../../runtime/describe-value.js'
import { wrong } from '../../runtime/check-option.js'
import { checkName } from '../queue-options.js'

/** The options of a client that are about requests; as there. */
export type WorkerSource = Pick<
  AnalyticsOptions,
  | 'writeKey'
  | 'host'
  | 'path'
  | 'gzip'
  | 'maxBatchSize'
  | 'maxBatchBytes'
  | 'maxMessageBytes'
  | 'maxRetries'
  | 'httpRequestTimeout'
  | 'httpClient'
  | 'proxy'
  | 'httpAgent'
  | 'httpsAgent'
  | 'oauth'
  | 'deadLetter'
>

/** By the name that jobs have: a write key, or options with it. */
export type WorkerSources = Readonly<Record<string, string | undefined | WorkerSource>>

/** @throws TypeError that names the option and shows nothing of a key */
export function readSources(sources: WorkerSources): Map<string, Settings> {
  if (typeof sources !== 'object' || (sources as unknown) === null)
    throw wrong('sources', describeValue(sources), 'an object with a write key for each source')
  const read = new Map(
    Object.entries(sources).map(([name, source]) => [name, settingsOf(name, source)]),
  )
  if (read.size === 0) throw wrong('sources', 'empty', 'at least one source')
  return read
}

function settingsOf(name: string, source: string | undefined | WorkerSource): Settings {
  // No client can have another.
  checkName({ sources: name }, 'sources', '')
  const options = typeof source === 'object' ? source : { writeKey: source }
  try {
    return readOptions(options)
  } catch (error) {
    if (error instanceof TypeError)
      error.message = error.message.replace(/^option /, `option sources.${name}.`)
    throw error
  }
}
