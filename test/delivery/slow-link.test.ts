// A link on which a full batch does not fit into httpRequestTimeout, and servers that take their time.

import { expect } from 'chai'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { Agent, createServer, type IncomingMessage } from 'node:http'
import { Socket, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { RequestSize } from '../../lib/delivery/request-size.js'
import { directory, type AnalyticsError } from '../../lib/index.js'
import { checkBooks, withCollector, type Setup } from '../support/clients.js'

interface Server {
  host: string
  /** Bytes per second at which bodies are read. */
  rate: number
  /** How long an answer takes after the body was read, in milliseconds. */
  delay: number
  /** The messageIds of each body that has arrived in full. */
  bodies: string[][]
  /** Requests begun. */
  requests: number
  retryCounts: (string | undefined)[]
}

/** A server at the far end of a slow link. */
async function withServer(test: (server: Server, client: Setup['client']) => Promise<void>) {
  const server: Server = {
    host: '',
    rate: Infinity,
    delay: 0,
    bodies: [],
    requests: 0,
    retryCounts: [],
  }
  const read = async (request: IncomingMessage): Promise<string> => {
    let text = ''
    for await (const part of request as AsyncIterable<Buffer>) {
      text += part.toString()
      if (server.rate < Infinity) await sleep((part.length / server.rate) * 1000)
    }
    return text
  }
  const http = createServer((request, response) => {
    server.requests++
    server.retryCounts.push(request.headers['x-retry-count'] as string | undefined)
    read(request)
      .then(async (text) => {
        const { batch } = JSON.parse(text) as { batch: { messageId: string }[] }
        server.bodies.push(batch.map(({ messageId }) => messageId))
        await sleep(server.delay)
        response.end('{}')
      })
      // The client has given the request up.
      .catch(() => undefined)
  }).listen(0, '127.0.0.1')
  await once(http, 'listening')
  server.host = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
  try {
    await withCollector(({ client }) =>
      test(server, (options) => client({ host: server.host, ...options })),
    )
  } finally {
    http.close()
    http.closeAllConnections()
  }
}

const ids = (count: number): string[] => [...Array(count).keys()].map((n) => `m${n}`)
const text = 'x'.repeat(900)
const track = (n: number) => ({
  userId: 'u',
  event: 'E',
  messageId: `m${n}`,
  properties: { text },
})

for (const kind of ['in memory', 'on disk']) {
  describe(`a link that is too slow for a full batch, with the outbox ${kind}`, () => {
    it('delivers 1,500 messages, in order, and counts each once', () =>
      withServer(async (server, client) => {
        server.rate = 600_000
        const path = mkdtempSync(join(tmpdir(), 'selfsame-slow-'))
        try {
          const analytics = client({
            httpRequestTimeout: 500,
            ...(kind === 'on disk' ? { outbox: directory(join(path, 'outbox')) } : {}),
          })
          const called: string[] = []
          const errors: AnalyticsError[] = []
          analytics.on('error', (error) => errors.push(error))
          for (let n = 0; n < 1_500; n++)
            analytics.track(track(n), (error, { event }) => {
              if (!error) called.push(event.messageId)
            })
          const counts = await analytics.flush({ timeout: 60_000 })
          expect(errors).to.deep.equal([])
          expect(counts).to.deep.equal({ delivered: 1_500, failed: 0, pending: 0 })
          expect(called).to.deep.equal(ids(1_500))
          // A body may arrive in full and time out all the same: the server knows the messageIds.
          expect([...new Set(server.bodies.flat())]).to.deep.equal(ids(1_500))
          expect(server.retryCounts).to.include('1')
          checkBooks(analytics)
          // Once the link is fast, full batches go again.
          server.rate = Infinity
          for (let round = 0; round < 8; round++) {
            for (let n = 0; n < 400; n++) analytics.track(track(n))
            await analytics.flush()
          }
          expect(server.bodies.at(-1)).to.have.lengthOf(400)
        } finally {
          rmSync(path, { recursive: true, force: true })
        }
      })).timeout(90_000)
  })
}

describe('a server that reads all of a request and answers too late', () => {
  it('gets ever smaller requests, and full ones again soon after it has recovered', () =>
    withServer(async (server, client) => {
      server.delay = 400
      const analytics = client({ httpRequestTimeout: 100 })
      for (let n = 0; n < 4; n++) analytics.track(track(n))
      while (!server.bodies.some(({ length }) => length === 1)) await sleep(20)
      server.delay = 0
      expect(await analytics.flush()).to.deep.equal({ delivered: 4, failed: 0, pending: 0 })
      // 4, 2 and 1 (which may be tried again) at first; then the parts that remain.
      expect(server.requests).to.be.below(12)
      for (let n = 0; n < 4; n++) analytics.track(track(n))
      await analytics.flush()
      expect(server.bodies.at(-1)!.length).to.be.above(1)
    })).timeout(30_000)
})

describe('a connection that is never made', () => {
  it('does not make requests smaller', () =>
    withServer(async (server, client) => {
      const agent = new Agent()
      // As a firewall that drops packets: the socket is there, and never connects.
      let isBlocked = true
      const connect = agent.createConnection.bind(agent)
      agent.createConnection = (...args) => (isBlocked ? new Socket() : connect(...args))
      const analytics = client({ httpRequestTimeout: 100, httpAgent: agent })
      for (let n = 0; n < 100; n++) analytics.track(track(n))
      while (analytics.stats().requests < 2) await sleep(20)
      isBlocked = false
      expect(await analytics.flush()).to.deep.equal({ delivered: 100, failed: 0, pending: 0 })
      expect(server.bodies.map(({ length }) => length)).to.deep.equal([100])
      agent.destroy()
    })).timeout(30_000)
})

describe('the size of a request', () => {
  it('halves with each timeout, and grows by what is known to fit', () => {
    const size = new RequestSize(10_000)
    expect(size.max).to.equal(Infinity)
    size.halve(400_000)
    expect(size.max).to.equal(200_000)
    size.halve(200_000)
    expect(size.max).to.equal(100_000)
    // 20 KB/s: more than 100 KB would take longer than half of the timeout.
    size.grow(100_000, 5_000)
    expect(size.max).to.equal(100_000)
    size.grow(100_000, 100)
    expect(size.max).to.equal(200_000)
    size.grow(200_000, 100)
    expect(size.max).to.equal(Infinity)
  })
})
