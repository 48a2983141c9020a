// The program that the last delivery runs in a child process: reads an order from standard input, sends what it holds,
// and tells the outcome line by line.

import { readFileSync, writeSync } from 'node:fs'
import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { unpackAgent } from './agent-options.js'
import { describeAnswer } from './answer.js'
import { AxiosTransport, type ConnectionOptions } from './axios-transport.js'
import { Batch } from '../outbox/batch.js'
import { BasicCredentials, type Credentials } from './credentials.js'
import { unpackOAuth } from './oauth/oauth-credentials.js'
import type { LastDeliveryLine, LastDeliveryOrder } from './last-delivery.js'
import { MemoryOutbox } from '../outbox/memory-outbox.js'
import { Poster } from './poster.js'
import { Sender } from './sender.js'

// axios looks at these when it is loaded, and Node then starts undici, whose WebAssembly ends a process that has no room
// for it. Nothing here needs them, and not to load them saves time.
for (const name of ['fetch', 'Request', 'Response', 'Headers', 'FormData']) {
  Reflect.deleteProperty(globalThis, name)
}

const input = readFileSync(0)
const endOfOrder = input.indexOf('\n')
const order = JSON.parse(input.toString('utf8', 0, endOfOrder)) as LastDeliveryOrder

const outbox = new MemoryOutbox({
  maxBatchSize: Infinity,
  maxBatchBytes: Infinity,
  maxMessageBytes: Infinity,
  maxQueueBytes: Infinity,
})
let start = endOfOrder + 1
for (const { sequence, ends, length } of order.batches) {
  outbox.restore(Batch.from(sequence, input.subarray(start, start + length), ends))
  start += length
}

const transport = new AxiosTransport(connectionOf(order))
const sender = new Sender({
  outbox,
  poster: new Poster({ ...order, transport, credentials: credentialsOf(order) }),
  load: () => transport.load(),
  maxInFlight: 1,
  maxRetries: order.maxRetries,
  maxRetryDuration: Infinity,
  isDue: () => outbox.next !== undefined,
  isUrgent: () => true,
  onDelivered: (batch) => {
    tell({ sequence: batch.sequence, count: batch.count })
  },
  onFailed: (batch, { code, reason, status }) => {
    tell({ sequence: batch.sequence, count: batch.count, failure: { code, reason, status } })
  },
  // Where the messages are safe all the same, who asked for this leaves them where they are.
  onExhausted: (batch, { code, reason, status }) => {
    tell({ sequence: batch.sequence, count: batch.count, failure: { code, reason, status } })
  },
  onRetry: (_batch, answer) => {
    tell({ struggling: describeAnswer(answer) })
  },
  onIdle: () => process.exit(),
})
// By the clock that begins with the process: the other one may be wrong, or a test's.
setTimeout(() => process.exit(), Math.max(0, order.duration - performance.now()))
sender.wake()

function tell(line: LastDeliveryLine): void {
  writeSync(1, `${JSON.stringify(line)}\n`)
}

function credentialsOf({ credentials, httpRequestTimeout }: LastDeliveryOrder): Credentials {
  const { writeKey, oauth } = credentials
  return oauth
    ? unpackOAuth(writeKey, oauth, httpRequestTimeout, transport)
    : new BasicCredentials(writeKey)
}

function connectionOf({ proxy, httpAgent, httpsAgent }: LastDeliveryOrder): ConnectionOptions {
  const viaAgent = httpsAgent?.proxy ?? httpAgent?.proxy
  return {
    proxy: viaAgent === undefined ? proxy : proxyOf(new URL(viaAgent)),
    httpAgent: httpAgent && new HttpAgent(unpackAgent(httpAgent)),
    httpsAgent: httpsAgent && new HttpsAgent(unpackAgent(httpsAgent)),
  }
}

/** A proxy's URL as axios' `proxy` option. */
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
