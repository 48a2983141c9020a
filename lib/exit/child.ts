// The program of the child process that makes the last delivery: reads an order from standard input, sends its batches,
// and writes each outcome as a line to standard output.

import { readFileSync, writeSync } from 'node:fs'
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
import type { Failure } from '../delivery/failure.js'
import { Sender } from '../delivery/sender.js'

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
const endOfOrder = input.indexOf('\n')
const order = JSON.parse(input.toString('utf8', 0, endOfOrder)) as DeliveryOrder

const outbox = new MemoryOutbox({
  maxBatchSize: Infinity,
  maxBatchBytes: Infinity,
  maxMessageBytes: Infinity,
  maxQueueBytes: Infinity,
})
let start = endOfOrder + 1
for (const { sequence, ends, length } of order.batches) {
  outbox.restore(Batch.from(input.subarray(start, start + length), ends, { sequence }))
  start += length
}

const transport = new AxiosTransport(connectionOf(order))
const sender = new Sender({
  outbox,
  sink: new Poster({ ...order, transport, credentials: credentialsOf(order) }),
  load: () => transport.load(),
  maxInFlight: 1,
  maxRetries: order.maxRetries,
  maxRetryDuration: Infinity,
  policy: { isDue: () => outbox.next !== undefined, isUrgent: () => true },
  observer: {
    onDelivered: ({ sequence, count }) => writeLine({ sequence, count }),
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

function credentialsOf({ credentials, httpRequestTimeout }: DeliveryOrder): Credentials {
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
