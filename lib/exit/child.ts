// The program of the child process that makes the last delivery: reads an order from standard input, hands its batches
// over to the client's queue or sends them, and writes each outcome as a line to standard output.

import { readFileSync, statSync, writeSync } from 'node:fs'
import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { createRequire } from 'node:module'
import { unpackAgent } from './agent-options.js'
import { describeAnswer } from '../delivery/transport/answer.js'
import { AxiosTransport, type ConnectionOptions } from '../delivery/transport/axios-transport.js'
import { Batch } from '../outbox/batch.js'
import { BasicCredentials, type Credentials } from '../delivery/auth/credentials.js'
import { unpackOAuth } from '../delivery/auth/oauth-credentials.js'
import type { DeliveryOrder, OutcomeLine } from './spawn-delivery.js'
import { MemoryOutbox } from '../outbox/memory-outbox.js'
import { Poster } from '../delivery/poster.js'
import type { HandoverSink, QueueProgram } from '../delivery/queue-factory.js'
import type { Failure } from '../delivery/failure.js'
import { Sender } from '../delivery/sender.js'
import { QueueFirst } from './queue-first.js'
import { errorText } from '../runtime/describe-value.js'

// Loading axios reads these, which makes Node start undici, whose WebAssembly ends a process without room for it. They
// are needed only without axios, and loading them takes time.
const hidden = ['fetch', 'Request', 'Response', 'Headers', 'FormData'].map((name) => {
  const descriptor = Object.getOwnPropertyDescriptor(globalThis, name)
  Reflect.deleteProperty(globalThis, name)
  return [name, descriptor] as const
})
if (!hasAxios()) {
  for (const [name, descriptor] of hidden) {
    if (descriptor) Object.defineProperty(globalThis, name, descriptor)
  }
}

const input = readFileSync(0)
// Once Node has looked at a pipe, its realpath leaves symbolic links as they are until it looks at something else: the
// packages of a queue would not find those that they need.
statSync('.', { throwIfNoEntry: false })
const endOfOrder = input.indexOf('\n')
const order = JSON.parse(input.toString('utf8', 0, endOfOrder)) as DeliveryOrder

const outbox = new MemoryOutbox({
  maxBatchSize: Infinity,
  maxBatchBytes: Infinity,
  maxMessageBytes: Infinity,
  maxQueueBytes: Infinity,
})
const transport = new AxiosTransport(connectionOf(order))
const credentials = credentialsOf(order)
const endpoint = credentials && new Poster({ ...order, transport, credentials })
const queue = queueOf(order)
const viaQueue = queue && new QueueFirst({ queue, endpoint, share: shareOfQueue(order) })

let start = endOfOrder + 1
for (const { sequence, ends, length, jobs } of order.batches) {
  const batch = Batch.from(input.subarray(start, start + length), ends, { sequence })
  if (jobs !== undefined) queue?.nameJobs(batch, jobs)
  outbox.restore(batch)
  start += length
}

const sender = new Sender({
  outbox,
  sink: viaQueue ?? endpoint ?? noWay(),
  load: () => (viaQueue ? Promise.resolve() : transport.load()),
  maxInFlight: 1,
  maxRetries: order.maxRetries,
  maxRetryDuration: Infinity,
  policy: { isDue: () => outbox.next !== undefined, isUrgent: () => true },
  observer: {
    onDelivered: (batch) => {
      const { sequence, count } = batch
      writeLine({ sequence, count, isQueued: viaQueue?.hasQueued(batch) })
    },
    onFailed: writeFailure,
    // If the messages are on disk, the parent leaves them there.
    onExhausted: writeFailure,
    onRetry: (_batch, answer) => writeLine({ struggling: describeAnswer(answer) }),
    onIdle: () => process.exit(),
  },
})
// On the clock that starts with the process: the time of day may be wrong, or change.
setTimeout(() => process.exit(), Math.max(0, order.duration - performance.now()))
sender.wake()

function writeFailure({ sequence, count }: Batch, { code, reason, status }: Failure): void {
  writeLine({ sequence, count, failure: { code, reason, status } })
}

function writeLine(line: OutcomeLine): void {
  writeSync(1, `${JSON.stringify(line)}\n`)
}

/** A tool that selects the files of a deployment may leave out axios, or a part of it. */
function hasAxios(): boolean {
  try {
    createRequire(import.meta.url)('axios')
    return true
  } catch {
    return false
  }
}

/** How long the queue may take, in milliseconds: the rest is for the endpoint. */
function shareOfQueue({ duration }: DeliveryOrder): number {
  return Math.max(0, Math.floor((duration - performance.now()) * 0.6))
}

/** Undefined if what it needs is not installed. */
function queueOf({ queue, httpRequestTimeout, ...rest }: DeliveryOrder): HandoverSink | undefined {
  if (!queue) return undefined
  // A connection that breaks is known from the attempts.
  process.on('unhandledRejection', () => undefined)
  try {
    const program = createRequire(import.meta.url)(`./exit-${queue.engine}.cjs`) as QueueProgram
    // Its options may name files: certificates, sockets.
    if (queue.folder !== undefined) process.chdir(queue.folder)
    const timeout = Math.min(httpRequestTimeout, shareOfQueue({ ...rest, httpRequestTimeout }))
    return program.openQueue(queue.options, { timeout, warn: () => undefined }).sink
  } catch (error) {
    writeLine({
      struggling: `the queue cannot be used: ${errorText(error).split('\n', 1)[0] ?? ''}`,
    })
    return undefined
  }
}

function noWay(): never {
  process.exit()
}

function credentialsOf({
  credentials,
  httpRequestTimeout,
}: DeliveryOrder): Credentials | undefined {
  if (!credentials) return undefined
  const { writeKey, oauth } = credentials
  return oauth
    ? unpackOAuth(writeKey, oauth, httpRequestTimeout, transport)
    : new BasicCredentials(writeKey)
}

function connectionOf({ proxy, httpAgent, httpsAgent }: DeliveryOrder): ConnectionOptions {
  const viaAgent = httpsAgent?.proxy ?? httpAgent?.proxy
  return {
    proxy: viaAgent === undefined ? proxy : proxyOf(new URL(viaAgent)),
    httpAgent: httpAgent && new HttpAgent(unpackAgent(httpAgent)),
    httpsAgent: httpsAgent && new HttpsAgent(unpackAgent(httpsAgent)),
  }
}

/** The URL of a proxy as axios' `proxy` option. */
function proxyOf({
  protocol,
  hostname,
  port,
  username,
  password,
}: URL): ConnectionOptions['proxy'] {
  return {
    protocol,
    host: hostname,
    port: Number(port) || (protocol === 'https:' ? 443 : 80),
    ...(username === ''
      ? {}
      : {
          auth: { username: decodeURIComponent(username), password: decodeURIComponent(password) },
        }),
  }
}
