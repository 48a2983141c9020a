// `selfsame-collector send`: hands the messages of a file to a collector that is running.
import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import type { Command } from 'commander'
import { isGiven, isObject } from '../messages/message.js'
import { addRemote, readFile, Remote, type RemoteFlags, Unavailable } from './remote.js'
import { exitCodes, type Terminal, UsageError } from './terminal.js'

export interface SendFlags extends RemoteFlags {
  writeKeyEnv?: string
}

const MAX_BATCH = 500
const MAX_BATCH_BYTES = 400 * 1024
const MOST_ATTEMPTS = 10

export function addSend(command: Command): Command {
  command
    .argument('<file>', "messages: one JSON object a line, or a JSON array; '-' is standard input")
    .option('--write-key-env <name>', "environment variable that has the source's write key")
  return addRemote(command)
}

export async function send(file: string, flags: SendFlags, terminal: Terminal): Promise<number> {
  const remote = new Remote(flags)
  const writeKey = writeKeyOf(flags)
  const authorization = `Basic ${Buffer.from(`${writeKey}:`).toString('base64')}`
  let sent = 0
  for (const batch of batchesOf(messagesIn(readFile(file)))) {
    await post(remote, batch.map(withId), { authorization })
    sent += batch.length
  }
  terminal.print(`${sent} messages sent; tail is:discarded shows those that were refused`)
  return exitCodes.done
}

/** So that a batch that is sent again is kept once. */
function withId(message: unknown): unknown {
  return isObject(message) && !isGiven(message.messageId)
    ? { ...message, messageId: randomUUID() }
    : message
}

/** Sends a batch again while the collector cannot take it. */
async function post(
  remote: Remote,
  batch: readonly unknown[],
  headers: Record<string, string>,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await remote.post('/v1/batch', { batch, sentAt: new Date().toISOString() }, headers)
      return
    } catch (error) {
      if (!(error instanceof Unavailable) || attempt === MOST_ATTEMPTS) throw error
      await wait(error.retryAfter * 1000)
    }
  }
}

function writeKeyOf({ writeKeyEnv }: SendFlags): string {
  if (writeKeyEnv === undefined) return 'send'
  const writeKey = process.env[writeKeyEnv]
  if (writeKey !== undefined && writeKey !== '') return writeKey
  throw new UsageError(`--write-key-env: there is no environment variable ${writeKeyEnv}`)
}

/** @throws UsageError that names the line */
function messagesIn(text: string): unknown[] {
  if (text.trimStart().startsWith('[')) {
    try {
      return JSON.parse(text) as unknown[]
    } catch (cause) {
      throw new UsageError('the file begins as a JSON array, but is not JSON', { cause })
    }
  }
  return text.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return []
    try {
      const message: unknown = JSON.parse(line)
      if (isObject(message)) return [message]
    } catch {
      // Said below.
    }
    throw new UsageError(`line ${index + 1} is not a JSON object`)
  })
}

function* batchesOf(messages: readonly unknown[]): Generator<unknown[]> {
  let batch: unknown[] = []
  let bytes = 0
  for (const message of messages) {
    const size = Buffer.byteLength(JSON.stringify(message))
    if (batch.length === MAX_BATCH || (batch.length > 0 && bytes + size > MAX_BATCH_BYTES)) {
      yield batch
      batch = []
      bytes = 0
    }
    batch.push(message)
    bytes += size
  }
  if (batch.length > 0) yield batch
}
