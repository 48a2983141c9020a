// What the requests look like, and when they go.

import { expect } from 'chai'
import nock from 'nock'
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { Analytics, type AnalyticsError } from '../../lib/index.js'
import { checkBooks, withCollector } from '../support/clients.js'

// Importing it is enough to make it intercept, also in the tests that run later in this process, against real servers.
nock.restore()

const track = { userId: 'u1', event: 'Signed Up' }

/** What the first request to a host looked like, without a server. */
async function shapeOf(
  origin: string,
  path: string,
  options: object = {},
): Promise<Record<string, string>> {
  let headers: Record<string, string> = {}
  nock.activate()
  const scope = nock(origin)
    .post(path)
    .reply(function () {
      headers = this.req.headers
      return [200, { success: true }]
    })
  const analytics = new Analytics({ writeKey: 'abc123', ...options })
  try {
    analytics.track(track)
    const { delivered } = await analytics.flush()
    expect(delivered).to.equal(1)
    scope.done()
  } finally {
    await analytics.close()
    nock.cleanAll()
    nock.restore()
  }
  return headers
}

describe('writeKey abc123', () => {
  it('is sent as Authorization "Basic YWJjMTIzOg==", with a JSON content type', async () => {
    const headers = await shapeOf('https://api.segment.io', '/v1/batch')
    expect(headers.authorization).to.equal('Basic YWJjMTIzOg==')
    expect(headers['content-type']).to.equal('application/json')
  })
})

describe('the address of requests', () => {
  it('by default to https://api.segment.io/v1/batch', () =>
    shapeOf('https://api.segment.io', '/v1/batch'))

  it('with the EU host, without /v1, to its /v1/batch', () =>
    shapeOf('https://events.eu1.segmentapis.com', '/v1/batch', {
      host: 'https://events.eu1.segmentapis.com',
    }))

  it('below the path of a host that has one', () =>
    shapeOf('https://proxy.example.com', '/segment/v1/batch', {
      host: 'https://proxy.example.com/segment/',
    }))

  it('to another path if one is given', () =>
    shapeOf('https://hosted.example.com', '/v2/b', {
      host: 'https://hosted.example.com',
      path: 'v2/b',
    }))
})

describe('flushAt 15', () => {
  it('the 15th call makes one request with 15', () =>
    withCollector(async ({ collector, client }) => {
      const analytics = client({ flushAt: 15, flushInterval: 60_000 })
      for (let i = 0; i < 14; i++) analytics.track(track)
      expect(analytics.stats().requests).to.equal(0)
      analytics.track(track)
      await collector.waitFor(15)
      expect(collector.requests.map(({ count }) => count)).to.deep.equal([15])
    }))

  it('while a request is in flight the next batch grows', () =>
    withCollector(async ({ collector, client }) => {
      collector.misbehave({ delay: 100 })
      const analytics = client({ flushAt: 15 })
      for (let i = 0; i < 15; i++) analytics.track(track)
      await once(analytics, 'http_request')
      for (let i = 0; i < 100; i++) analytics.track(track)
      await analytics.flush()
      expect(collector.requests.map(({ count }) => count)).to.deep.equal([15, 100])
    }))
})

describe('fewer than flushAt', () => {
  it('go after flushInterval, which is 10 s by default', () =>
    withCollector(async ({ collector, client }) => {
      const analytics = client({ flushInterval: 80 })
      const called = Date.now()
      analytics.track(track)
      await collector.waitFor(1)
      expect(collector.requests[0]!.at - called).to.be.within(78, 2_000)
      // The interval begins with the first message that waits, not with the client.
      const again = Date.now()
      analytics.track(track)
      await collector.waitFor(2)
      expect(collector.requests[1]!.at - again).to.be.within(78, 2_000)
    }))

  it('the interval is not that of an earlier batch', () =>
    withCollector(async ({ collector, client }) => {
      const analytics = client({ flushAt: 2, flushInterval: 300 })
      analytics.track(track)
      analytics.track(track)
      await collector.waitFor(2)
      await new Promise((resolve) => setTimeout(resolve, 150))
      const called = Date.now()
      analytics.track(track)
      await collector.waitFor(3)
      expect(collector.requests[1]!.at - called).to.be.at.least(295)
    }))
})

describe('a message over 32 KiB', () => {
  it('is reported, nothing is sent for it, and the others are delivered', () =>
    withCollector(async ({ collector, client }) => {
      const analytics = client()
      const failed = new Promise<AnalyticsError>((resolve) => analytics.once('error', resolve))
      analytics.track({ ...track, event: 'before' })
      let callbackError: unknown
      analytics.track(
        { ...track, event: 'large', properties: { text: 'x'.repeat(33_000) } },
        (error) => {
          callbackError = error
        },
      )
      analytics.track({ ...track, event: 'after' })
      expect((await failed).code).to.equal('message_too_large')
      expect(callbackError).to.equal(await failed)
      await analytics.flush()
      expect(collector.messages.map(({ event }) => event)).to.deep.equal(['before', 'after'])
      checkBooks(analytics)
    }))

  it('the limit is exact: 32,768 bytes pass, one more does not', () =>
    withCollector(async ({ collector, client }) => {
      const analytics = client({ onInvalid: 'report' })
      const call = (text: string): object => ({
        ...track,
        messageId: 'm',
        timestamp: new Date(0),
        properties: { text },
      })
      let size = 0
      analytics.once(
        'http_request',
        ({ body }) =>
          (size = JSON.stringify((JSON.parse(body) as { batch: unknown[] }).batch[0]).length),
      )
      analytics.track(call('') as never)
      await analytics.flush()
      analytics.on('error', () => undefined)
      collector.clear()
      analytics.track(call('x'.repeat(32_768 - size)) as never)
      analytics.track(call('x'.repeat(32_768 - size + 1)) as never)
      await analytics.flush()
      expect(analytics.stats().failedByCode).to.deep.equal({ message_too_large: 1 })
      expect(collector.messages).to.have.lengthOf(1)
    }))
})

describe('more than 500 KB pending', () => {
  it('is split, and no body is larger than maxBatchBytes', () =>
    withCollector(async ({ collector, client }) => {
      const analytics = client()
      for (let i = 0; i < 200; i++)
        analytics.track({ ...track, properties: { i, text: '€'.repeat(i * 40) } })
      await analytics.flush()
      expect(collector.messages.map(({ properties }) => properties!.i)).to.deep.equal([
        ...Array(200).keys(),
      ])
      expect(collector.requests.length).to.be.above(4)
      for (const { bytes } of collector.requests) expect(bytes).to.be.at.most(480 * 1024)
      // Full: a smaller limit would need more requests.
      for (const { bytes } of collector.requests.slice(0, -1)) expect(bytes).to.be.above(440 * 1024)
    }))

  it('also for a limit of the caller, to the byte', () =>
    withCollector(async ({ collector, client }) => {
      const analytics = client({ maxBatchBytes: 1024, flushAt: 1000 })
      for (let i = 0; i < 50; i++)
        analytics.track({ ...track, properties: { text: 'x'.repeat(i) } })
      await analytics.flush()
      expect(collector.messages).to.have.lengthOf(50)
      for (const { bytes } of collector.requests) expect(bytes).to.be.at.most(1024)
    }))
})

describe('more than 2,500 queued', () => {
  it('no batch has more than 2,500', () =>
    withCollector(async ({ collector, client }) => {
      const analytics = client()
      for (let i = 0; i < 6_000; i++) analytics.screen({ userId: 'u', properties: { i } })
      await analytics.flush()
      expect(collector.messages.map(({ properties }) => properties!.i)).to.deep.equal([
        ...Array(6_000).keys(),
      ])
      expect(Math.max(...collector.requests.map(({ count }) => count!))).to.be.at.most(2_500)
    }))
})

describe('disable', () => {
  it('makes no request, and calls the callbacks', () =>
    withCollector(async ({ collector, client }) => {
      const analytics = client({ disable: true, flushAt: 1 })
      const context = await new Promise<unknown>((resolve) => {
        expect(analytics.track(track, (_error, ctx) => resolve(ctx.event))).to.equal(true)
      })
      expect(context).to.equal(track)
      expect(await analytics.close()).to.deep.equal({ delivered: 0, failed: 0, pending: 0 })
      expect(collector.requests).to.have.lengthOf(0)
    }))
})

describe('two clients', () => {
  it('have their own keys and queues', () =>
    withCollector(async ({ collector, client }) => {
      const keys: (string | undefined)[] = []
      const server = createServer((request, response) => {
        keys.push(request.headers.authorization)
        request.resume().on('end', () => response.end('{}'))
      }).listen(0, '127.0.0.1')
      await once(server, 'listening')
      const host = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
      const [one, two] = [client({ writeKey: 'one', host }), client({ writeKey: 'two', host })]
      const third = client()
      one.track(track)
      third.track(track)
      await one.flush()
      expect(keys).to.deep.equal([`Basic ${btoa('one:')}`])
      two.track(track)
      await two.flush()
      expect(keys[1]).to.equal(`Basic ${btoa('two:')}`)
      expect([one, two, third].map((each) => each.stats().pending)).to.deep.equal([0, 0, 1])
      await third.flush()
      expect(collector.messages).to.have.lengthOf(1)
      server.close()
      server.closeAllConnections()
    }))
})

describe('gzip', () => {
  it('compresses the body, and says so', () =>
    withCollector(async ({ collector, client }) => {
      const analytics = client({ gzip: true })
      for (let i = 0; i < 100; i++) analytics.track(track)
      await analytics.flush()
      expect(collector.messages).to.have.lengthOf(100)
      expect(collector.requests[0]!.headers['content-encoding']).to.equal('gzip')
    }))
})
