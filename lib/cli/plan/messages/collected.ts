// The messages of a collector: one that runs, or the store of one.

import { existsSync } from 'node:fs'
import { rowOfJson } from '../../../backfill/sources/json-value.js'
import { databaseUrl, hasPassword } from '../../../backfill/sources/postgres-url.js'
import { errorText } from '../../../runtime/describe-value.js'
import { UsageError } from '../../shared/exit-codes.js'
import { loadCollector } from '../../shared/load-collector.js'
import type { MessageFlags } from '../flags/options.js'
import { messagesIn, type Read } from './message.js'

/** @param url where it listens */
export async function* messagesAt(url: string, flags: MessageFlags): AsyncGenerator<Read, void> {
  const { body } = await answerOf(new URL('/_/messages.ndjson', url), tokenOf(flags))
  let rest = ''
  let line = 0
  for await (const text of (body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const each of lines) {
      line += 1
      yield* messagesOfLine(each, `message ${line}`)
    }
  }
}

function* messagesOfLine(line: string, at: string): Generator<Read> {
  const read = rowOfJson(line)
  if ('row' in read) yield* messagesIn(read.row, at)
  else yield { at, broken: read.broken }
}

export async function* messagesOfStore(flags: MessageFlags): AsyncGenerator<Read, void> {
  const collector = await loadCollector().startCollector({ port: 0, db: storeOf(flags) })
  try {
    yield* messagesAt(collector.url, {})
  } finally {
    await collector.close()
  }
}

async function answerOf(url: URL, token: string | undefined): Promise<Response> {
  let answer: Response
  try {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
    answer = await fetch(url, { headers })
  } catch (cause) {
    throw new UsageError(`${url.origin} does not answer`, { cause })
  }
  if (answer.status === 200) return answer
  await answer.body?.cancel()
  if (answer.status === 401) {
    throw new UsageError(
      `${url.origin} wants a token: name its environment variable with --token-env`,
    )
  }
  throw new UsageError(`${url.origin} is no collector: it answers ${answer.status}`)
}

function tokenOf({ tokenEnv }: MessageFlags): string | undefined {
  if (tokenEnv === undefined) return undefined
  const token = process.env[tokenEnv]
  if (token !== undefined && token !== '') return token
  throw new UsageError('there is no such environment variable as --token-env names')
}

/** What does not exist would be made, and be empty. */
function storeOf({ store, storeEnv }: MessageFlags): string {
  if (store !== undefined && storeEnv !== undefined) {
    throw new UsageError('give --store or --store-env, not both')
  }
  const place = storeEnv === undefined ? store : process.env[storeEnv]
  if (place === undefined || place === '') {
    throw new UsageError('there is no such environment variable as --store-env names')
  }
  const url = databaseUrl(place)
  if (url === undefined && !existsSync(place))
    throw new UsageError(`there is no store ${errorText(place)}`)
  if (store !== undefined && url !== undefined && hasPassword(url)) {
    throw new UsageError(
      '--store has a password, which every process of the machine can read: put the URL into an environment variable and name it with --store-env',
    )
  }
  return place
}
