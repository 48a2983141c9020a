// What the answers of the server do, and the table of answers.

import { expect } from 'chai'
import { classify, retryAfterMs, type RetryDecision } from '../../lib/delivery/transport/answer.js'
import { backoff } from '../../lib/delivery/backoff.js'
import type { AnalyticsError } from '../../lib/index.js'
import { checkBooks, withCollector } from '../support/clients.js'

const track = { userId: 'u1', event: 'Signed Up' }

interface Body {
  sentAt: string
  batch: { messageId: string; timestamp: string }[]
}

describe('the table of answers', () => {
  const table: Record<RetryDecision, number[]> = {
    delivered: [200, 201, 202, 204, 299],
    'retry-after': [],
    retry: [429, 502, 503, 504],
    renew: [],
    'retry-counted': [408, 410, 460, 500, 506, 507, 508, 510, 520, 599],
    split: [],
    reject: [
      400, 401, 402, 403, 404, 405, 413, 415, 418, 422, 431, 451, 501, 505, 511, 300, 301, 302, 304,
      307, 308, 100,
    ],
  }
  for (const [decision, statuses] of Object.entries(table)) {
    for (const status of statuses) {
      it(`${status} of one message: ${decision}`, () =>
        expect(classify({ status }, 1)).to.equal(decision))
    }
  }
  for (const status of [413, 400]) {
    it(`${status} of several messages: split`, () =>
      expect(classify({ status }, 2)).to.equal('split'))
  }
  for (const status of [429, 503]) {
    it(`${status} with Retry-After: wait`, () => {
      expect(classify({ status, retryAfter: '2' }, 1)).to.equal('retry-after')
      expect(
        classify({ status, retryAfter: new Date(Date.now() + 5_000).toUTCString() }, 1),
      ).to.equal('retry-after')
    })
    it(`${status} with a Retry-After of nothing or nonsense: outage`, () => {
      for (const retryAfter of [
        '0',
        '',
        '-5',
        'soon',
        '1.5',
        '0x10',
        'Thu, 01 Jan 1970 00:00:00 GMT',
      ]) {
        expect(classify({ status, retryAfter }, 1), retryAfter).to.equal('retry')
      }
    })
  }
  it('500 with Retry-After is a fault all the same', () => {
    expect(classify({ status: 500, retryAfter: '2' }, 1)).to.equal('retry-counted')
  })
  it('no answer: outage', () =>
    expect(classify({ error: new Error('reset') }, 1)).to.equal('retry'))
})

describe('Retry-After', () => {
  const now = Date.parse('2026-11-21T10:00:00Z')
  for (const [retryAfter, wait] of [
    ['2', 2_000],
    [' 120 ', 120_000],
    ['9999999', 300_000],
    ['Sat, 21 Nov 2026 10:00:30 GMT', 30_000],
    ['Saturday, 21-Nov-26 10:00:30 GMT', 30_000],
    ['Sat Nov 21 10:00:30 2026', 30_000],
    ['Sun, 22 Nov 2026 10:00:30 GMT', 300_000],
    ['Sat, 21 Nov 2026 09:00:00 GMT', 0],
    ['2026-11-21', undefined],
    ['', undefined],
  ] as const) {
    it(`'${retryAfter}': ${wait === undefined ? 'nothing' : `${wait} ms`}`, () => {
      expect(retryAfterMs({ status: 429, retryAfter }, now)).to.equal(wait)
    })
  }
})

describe('429 with Retry-After 2', () => {
  it('the next try is not before 2 s, with the same messageIds', () =>
    withCollector(async ({ collector, client }) => {
      collector.misbehave({ status: 429, retryAfter: 2 })
      const analytics = client()
      const bodies: Body[] = []
      analytics.on('http_request', ({ body }) => bodies.push(JSON.parse(body) as Body))
      analytics.track(track)
      analytics.track(track)
      expect(await analytics.flush()).to.deep.equal({ delivered: 2, failed: 0, pending: 0 })
      const [first, second] = collector.requests
      expect(second!.at - first!.at).to.be.within(2_000, 4_000)
      const ids = bodies.map(({ batch }) => batch.map(({ messageId }) => messageId))
      expect(ids[0]).to.deep.equal(ids[1])
    }))

  it('is waited for by all requests of the client, and close() does not shorten it', () =>
    withCollector(async ({ collector, client }) => {
      collector.misbehave({ status: 503, retryAfter: 1 })
      const analytics = client({ flushAt: 1, maxInFlight: 4 })
      analytics.track(track)
      // Answered by then, and waiting.
      await analytics.flush({ timeout: 200 })
      analytics.track(track)
      expect(await analytics.close()).to.deep.equal({ delivered: 2, failed: 0, pending: 0 })
      const [first, ...others] = collector.requests
      for (const { at } of others) expect(at - first!.at).to.be.at.least(1_000)
    }))
})

describe('400 of one message', () => {
  it('is not retried, and the error is emitted', () =>
    withCollector(async ({ collector, client }) => {
      collector.misbehave({ status: 400 })
      const errors: AnalyticsError[] = []
      const analytics = client()
      analytics.on('error', (error) => errors.push(error))
      analytics.track({ ...track, messageId: 'the-one' })
      expect(await analytics.flush()).to.deep.equal({ delivered: 0, failed: 1, pending: 0 })
      expect(collector.requests).to.have.lengthOf(1)
      expect(errors).to.have.lengthOf(1)
      expect(errors[0]).to.include({ code: 'rejected', status: 400 })
      expect(errors[0]!.messages[0]).to.include({ messageId: 'the-one' })
    }))

  it('among several: its neighbours are delivered, in order', () =>
    withCollector(async ({ collector, client }) => {
      collector.misbehave(({ messages }) =>
        messages?.some((message) => (message as { event: string }).event === 'bad')
          ? { status: 400 }
          : undefined,
      )
      const errors: AnalyticsError[] = []
      const analytics = client()
      analytics.on('error', (error) => errors.push(error))
      for (let i = 0; i < 37; i++)
        analytics.track({ userId: 'u', event: i === 20 ? 'bad' : `e${i}` })
      expect(await analytics.flush()).to.deep.equal({ delivered: 36, failed: 1, pending: 0 })
      expect(errors.flatMap(({ messages }) => messages.map(({ event }) => event))).to.deep.equal([
        'bad',
      ])
      const events = collector.messages.map(({ event }) => event)
      expect(events).to.deep.equal(
        [...Array(37).keys()].filter((i) => i !== 20).map((i) => `e${i}`),
      )
    }))
})

describe('500 three times, then 200', () => {
  it('is delivered, with X-Retry-Count on each retry', () =>
    withCollector(async ({ collector, client }) => {
      collector.misbehave({ status: 500 }, { status: 500 }, { status: 500 })
      const analytics = client()
      analytics.track(track)
      expect(await analytics.flush()).to.deep.equal({ delivered: 1, failed: 0, pending: 0 })
      expect(collector.requests.map(({ headers }) => headers['x-retry-count'])).to.deep.equal([
        undefined,
        '1',
        '2',
        '3',
      ])
      expect(analytics.stats()).to.include({ requests: 4, retries: 3 })
    }))

  it('is reported as retries_exhausted after maxRetries', () =>
    withCollector(async ({ collector, client }) => {
      collector.misbehave(() => ({ status: 500 }))
      const analytics = client({ maxRetries: 2 })
      const errors: AnalyticsError[] = []
      analytics.on('error', (error) => errors.push(error))
      analytics.track(track)
      expect(await analytics.flush()).to.deep.equal({ delivered: 0, failed: 1, pending: 0 })
      expect(collector.requests).to.have.lengthOf(3)
      expect(errors[0]).to.include({ code: 'retries_exhausted', status: 500 })
    }))

  it('waits, full jitter kept, grow from 0.5 s to 60 s', () => {
    const ceilings = Array.from({ length: 10 }, (_, i) => backoff(i + 1, () => 1))
    expect(ceilings).to.deep.equal([
      500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000,
    ])
    expect(backoff(50, () => 0.5)).to.equal(30_000)
    expect(backoff(1, () => 0)).to.equal(0)
  })
})

describe('an outage', () => {
  it('is not counted against maxRetries', () =>
    withCollector(async ({ collector, client }) => {
      collector.misbehave({ status: 502 }, { status: 429 }, { reset: 'before' })
      const analytics = client({ maxRetries: 0 })
      analytics.track(track)
      expect(await analytics.flush()).to.deep.equal({ delivered: 1, failed: 0, pending: 0 })
    }))

  it('is bounded by maxRetryDuration', () =>
    withCollector(async ({ collector, client }) => {
      await collector.down()
      const analytics = client({ maxRetryDuration: 200 })
      const errors: AnalyticsError[] = []
      analytics.on('error', (error) => errors.push(error))
      analytics.track(track)
      expect(await analytics.flush()).to.deep.equal({ delivered: 0, failed: 1, pending: 0 })
      expect(errors[0]).to.include({ code: 'retries_exhausted' })
      expect((errors[0]!.cause as { code: string }).code).to.equal('ECONNREFUSED')
    }))
})

describe('a retry', () => {
  it('renews sentAt, and keeps timestamp and messageId', () =>
    withCollector(async ({ collector, client }) => {
      collector.misbehave({ status: 500 }, { status: 429, retryAfter: 1 })
      const analytics = client()
      const bodies: Body[] = []
      analytics.on('http_request', ({ body }) => bodies.push(JSON.parse(body) as Body))
      analytics.track(track)
      await analytics.flush()
      expect(bodies).to.have.lengthOf(3)
      for (const body of bodies) expect(body.batch).to.deep.equal(bodies[0]!.batch)
      expect(new Set(bodies.map(({ sentAt }) => sentAt)).size).to.be.at.least(2)
      expect(Date.parse(bodies[2]!.sentAt)).to.be.at.least(Date.parse(bodies[1]!.sentAt) + 1_000)
    }))
})

describe('a delivery that fails', () => {
  it('never throws; the callback of each message and the error event report it', () =>
    withCollector(async ({ collector, client }) => {
      collector.misbehave(() => ({ status: 401 }))
      const analytics = client()
      const errors: AnalyticsError[] = []
      analytics.on('error', (error) => errors.push(error))
      const told: string[] = []
      for (let i = 0; i < 5; i++) {
        analytics.track({ userId: 'u', event: `e${i}` }, (error, { event }) => {
          expect(error).to.equal(errors[0] ?? error)
          expect(error).to.include({ code: 'rejected', status: 401 })
          told.push(event.event!)
        })
      }
      await analytics.flush()
      expect(told).to.deep.equal(['e0', 'e1', 'e2', 'e3', 'e4'])
      expect(errors).to.have.lengthOf(1)
      expect(errors[0]!.messages.map(({ event }) => event)).to.deep.equal(told)
      checkBooks(analytics)
    }))
})
