// Flush() and close() resolve with true counts, hang never, hide nothing.

import { expect } from 'chai'
import { once } from 'node:events'
import type { AnalyticsError, Message } from '../../lib/index.js'
import { checkBooks, withCollector } from '../support/clients.js'

const track = { userId: 'u1', event: 'Signed Up' }

describe('flush({ close: true })', () => {
  it('resolves after delivery and callbacks; later calls are reported as call_after_close, and not sent', () =>
    withCollector(async ({ collector, client }) => {
      const analytics = client()
      let callbacks = 0
      for (let i = 0; i < 10; i++) analytics.track(track, () => callbacks++)
      expect(await analytics.flush({ close: true })).to.deep.equal({
        delivered: 10,
        failed: 0,
        pending: 0,
      })
      expect(callbacks).to.equal(10)
      expect(collector.messages).to.have.lengthOf(10)

      const late: Message[] = []
      const errors: AnalyticsError[] = []
      analytics.on('call_after_close', (message) => late.push(message))
      analytics.on('error', (error) => errors.push(error))
      const callbackError = await new Promise((resolve) => {
        expect(analytics.track({ ...track, event: 'late' }, resolve)).to.equal(true)
      })
      expect(late).to.have.lengthOf(1)
      expect(late[0]).to.include({ type: 'track', event: 'late' })
      expect(errors).to.deep.equal([callbackError])
      expect(errors[0]).to.include({ code: 'closed' })
      expect(await analytics.flush()).to.deep.equal({ delivered: 10, failed: 1, pending: 0 })
      expect(collector.messages).to.have.lengthOf(10)
      checkBooks(analytics)
    }))
})

describe('asynchronous callbacks', () => {
  it('are waited for by flush(), as they are in @segment/analytics-node', () =>
    withCollector(async ({ client }) => {
      const analytics = client()
      let finished = false
      analytics.track(track, async () => {
        await new Promise((resolve) => setTimeout(resolve, 100))
        finished = true
      })
      await analytics.flush()
      expect(finished).to.equal(true)
    }))

  it('are not waited for any longer than a second, or than the timeout', () =>
    withCollector(async ({ client }) => {
      for (const [timeout, longest] of [
        [undefined, 1_500],
        [200, 600],
      ] as const) {
        const analytics = client()
        analytics.track(track, () => new Promise(() => undefined))
        const started = performance.now()
        await analytics.flush({ timeout })
        expect(performance.now() - started).to.be.below(longest)
      }
    }))
})

describe('close with a timeout and a dead server', () => {
  for (const [name, answer] of [
    ['that never answers', { silence: true }],
    ['that answers 500', { status: 500 }],
    ['that asks to wait', { status: 429, retryAfter: 60 }],
  ] as const) {
    it(`${name}: resolves at the timeout, and what is left is reported as timeout`, () =>
      withCollector(async ({ collector, client }) => {
        collector.misbehave(() => answer)
        const analytics = client()
        const errors: AnalyticsError[] = []
        analytics.on('error', (error) => errors.push(error))
        for (let i = 0; i < 10; i++) analytics.track(track)
        const started = performance.now()
        expect(await analytics.close({ timeout: 300 })).to.deep.equal({
          delivered: 0,
          failed: 10,
          pending: 0,
        })
        expect(performance.now() - started).to.be.within(299, 1_500)
        expect(errors.map(({ code }) => code)).to.deep.equal(['timeout'])
        expect(errors[0]!.messages).to.have.lengthOf(10)
        checkBooks(analytics)
      }))
  }
})

describe('flush()', () => {
  it('of an idle client resolves at once', () =>
    withCollector(async ({ client }) => {
      expect(await client().flush()).to.deep.equal({ delivered: 0, failed: 0, pending: 0 })
    }))

  it('twice at once: both wait for what was called before them', () =>
    withCollector(async ({ collector, client }) => {
      collector.misbehave({ delay: 100 })
      const analytics = client()
      analytics.track(track)
      const first = analytics.flush()
      analytics.track(track)
      const second = analytics.flush()
      expect(await first).to.deep.include({ failed: 0 })
      expect(await second).to.deep.equal({ delivered: 2, failed: 0, pending: 0 })
      expect(collector.messages).to.have.lengthOf(2)
    }))

  it('during a request: covers what is in flight, and what was called since', () =>
    withCollector(async ({ collector, client }) => {
      collector.misbehave({ delay: 100 })
      const analytics = client({ flushAt: 5 })
      for (let i = 0; i < 5; i++) analytics.track(track)
      await once(analytics, 'http_request')
      analytics.track(track)
      expect(await analytics.flush()).to.deep.equal({ delivered: 6, failed: 0, pending: 0 })
    }))

  it('during a retry wait: resolves when the retry has been answered', () =>
    withCollector(async ({ collector, client }) => {
      collector.misbehave({ status: 500 }, { status: 500 })
      const analytics = client({ flushAt: 1 })
      analytics.track(track)
      await once(analytics, 'http_response')
      analytics.track(track)
      expect(await analytics.flush()).to.deep.equal({ delivered: 2, failed: 0, pending: 0 })
    }))

  it('covers nothing that is called after it', () =>
    withCollector(async ({ client }) => {
      const analytics = client()
      analytics.track(track)
      const flushed = analytics.flush()
      await once(analytics, 'http_request')
      analytics.track(track)
      expect(await flushed).to.deep.equal({ delivered: 1, failed: 0, pending: 1 })
    }))

  it('with a timeout resolves at it; what is pending stays, and is delivered later', () =>
    withCollector(async ({ collector, client }) => {
      collector.misbehave({ delay: 400 })
      const analytics = client()
      analytics.track(track)
      const started = performance.now()
      expect(await analytics.flush({ timeout: 100 })).to.deep.equal({
        delivered: 0,
        failed: 0,
        pending: 1,
      })
      expect(performance.now() - started).to.be.below(350)
      expect(await analytics.flush()).to.deep.equal({ delivered: 1, failed: 0, pending: 0 })
      expect(collector.requests).to.have.lengthOf(1)
    }))

  it('counts what the server refused, and what the client did', () =>
    withCollector(async ({ collector, client }) => {
      collector.misbehave({ status: 403 })
      const analytics = client({ onInvalid: 'report' })
      analytics.on('error', () => undefined)
      analytics.track(track)
      analytics.track({ event: 'nobody' } as never)
      expect(await analytics.flush()).to.deep.equal({ delivered: 0, failed: 2, pending: 0 })
    }))

  it('a hundred of them, overlapping calls and answers: all resolve', () =>
    withCollector(async ({ collector, client }) => {
      let n = 0
      collector.misbehave(() => (++n % 3 === 0 ? { reset: 'after' as const } : undefined))
      const analytics = client({ maxInFlight: 3, flushAt: 2 })
      const flushes = []
      for (let i = 0; i < 100; i++) {
        analytics.track({ ...track, messageId: `m${i}` })
        flushes.push(analytics.flush())
        if (i % 7 === 0) await flushes[i - 3]
      }
      for (const { failed } of await Promise.all(flushes)) expect(failed).to.equal(0)
      expect(await analytics.flush()).to.deep.equal({ delivered: 100, failed: 0, pending: 0 })
      expect(collector.messages).to.have.lengthOf(100)
    })).timeout(30_000)
})

describe('close()', () => {
  it('twice at once, and once more: all resolve with the counts', () =>
    withCollector(async ({ collector, client }) => {
      collector.misbehave({ delay: 100 })
      const analytics = client()
      analytics.track(track)
      const expected = { delivered: 1, failed: 0, pending: 0 }
      expect(await Promise.all([analytics.close(), analytics.close()])).to.deep.equal([
        expected,
        expected,
      ])
      expect(await analytics.close()).to.deep.equal(expected)
      expect(await analytics.closeAndFlush({ timeout: 1 })).to.deep.equal(expected)
    }))

  it('again with a shorter timeout: resolves at its own, and takes nothing from the first', () =>
    withCollector(async ({ collector, client }) => {
      collector.misbehave({ delay: 300 })
      const analytics = client()
      analytics.track(track)
      const first = analytics.close()
      expect(await analytics.close({ timeout: 50 })).to.deep.equal({
        delivered: 0,
        failed: 0,
        pending: 1,
      })
      expect(await first).to.deep.equal({ delivered: 1, failed: 0, pending: 0 })
    }))

  it('while flush() runs: both resolve with the counts', () =>
    withCollector(async ({ collector, client }) => {
      collector.misbehave({ delay: 100 })
      const analytics = client()
      analytics.track(track)
      const flushed = analytics.flush()
      const closed = analytics.close()
      const late = analytics.flush()
      const expected = { delivered: 1, failed: 0, pending: 0 }
      expect(await Promise.all([flushed, closed, late])).to.deep.equal([
        expected,
        expected,
        expected,
      ])
    }))

  it('gives what waits for its backoff another try at once', () =>
    withCollector(async ({ collector, client }) => {
      await collector.down()
      const analytics = client({ flushAt: 1 })
      analytics.track(track)
      // After some failures the backoff is long.
      for (let i = 0; i < 4; i++) await once(analytics, 'http_request')
      await collector.up()
      const started = performance.now()
      expect(await analytics.close()).to.deep.equal({ delivered: 1, failed: 0, pending: 0 })
      // By then the backoff is up to 4 s long.
      expect(performance.now() - started).to.be.below(1_500)
    })).timeout(20_000)

  it('is what `await using` does', () =>
    withCollector(async ({ collector, client }) => {
      {
        await using analytics = client()
        analytics.track(track)
      }
      expect(collector.messages).to.have.lengthOf(1)
    }))

  it('a timeout that is not a number is the default; a negative one is 0', () =>
    withCollector(async ({ collector, client }) => {
      for (const timeout of [NaN, '5', null, undefined, Infinity]) {
        const analytics = client()
        analytics.track(track)
        expect(await analytics.close({ timeout } as never)).to.deep.equal({
          delivered: 1,
          failed: 0,
          pending: 0,
        })
      }
      collector.misbehave(() => ({ silence: true }))
      const late = client({ onInvalid: 'report' })
      late.on('error', () => undefined)
      late.track(track)
      const started = performance.now()
      expect(await late.flush({ timeout: -1 })).to.deep.equal({
        delivered: 0,
        failed: 0,
        pending: 1,
      })
      expect(await late.close({ timeout: -1 })).to.deep.equal({
        delivered: 0,
        failed: 1,
        pending: 0,
      })
      expect(await late.flush(null)).to.deep.equal({ delivered: 0, failed: 1, pending: 0 })
      expect(performance.now() - started).to.be.below(500)
    }))
})

describe('backpressure', () => {
  it('a call returns false past half of maxQueueBytes, and drain says when to continue', () =>
    withCollector(async ({ collector, client }) => {
      collector.misbehave({ delay: 200 })
      const analytics = client({ maxQueueBytes: 20_000 })
      const call = { ...track, properties: { text: 'x'.repeat(100) } }
      let calls = 1
      while (analytics.track(call)) calls++
      expect(analytics.stats().bytes).to.be.within(10_000, 11_000)
      expect(analytics.track(call)).to.equal(false)
      await once(analytics, 'drain')
      expect(analytics.track(call)).to.equal(true)
      await analytics.flush()
      expect(collector.messages).to.have.lengthOf(calls + 2)
    }))

  it('drain does not wait for flushInterval if little is left', () =>
    withCollector(async ({ collector, client }) => {
      collector.misbehave({ delay: 50 })
      const analytics = client({ maxQueueBytes: 40_000, flushAt: 100 })
      const call = { ...track, properties: { text: 'x'.repeat(300) } }
      // Past half of it while a request is in flight, which leaves between a quarter and a half.
      for (let i = 0; i < 25; i++) analytics.track(call)
      void analytics.flush()
      await once(analytics, 'http_request')
      while (analytics.track(call));
      const started = performance.now()
      await once(analytics, 'drain')
      expect(performance.now() - started).to.be.below(2_000)
    }))

  it("past maxQueueBytes the newest fail as queue_full: overflow 'drop-newest'", () =>
    withCollector(async ({ collector, client }) => {
      const analytics = client({ maxQueueBytes: 5_000 })
      const lost: string[] = []
      analytics.on('error', ({ code, messages }) => {
        expect(code).to.equal('queue_full')
        lost.push(...messages.map(({ event }) => event!))
      })
      for (let i = 0; i < 100; i++) analytics.track({ userId: 'u', event: `e${i}` })
      checkBooks(analytics)
      const { delivered, failed } = await analytics.flush()
      expect(delivered + failed).to.equal(100)
      expect(delivered).to.be.within(15, 40)
      const events = [...Array(100).keys()].map((i) => `e${i}`)
      expect(collector.messages.map(({ event }) => event)).to.deep.equal(events.slice(0, delivered))
      expect(lost).to.deep.equal(events.slice(delivered))
    }))

  it("past maxQueueBytes the oldest fail as queue_full: overflow 'drop-oldest'", () =>
    withCollector(async ({ collector, client }) => {
      const analytics = client({ maxQueueBytes: 5_000, overflow: 'drop-oldest', flushAt: 1000 })
      const lost: string[] = []
      let callbacks = 0
      analytics.on('error', ({ code, messages }) => {
        expect(code).to.equal('queue_full')
        lost.push(...messages.map(({ event }) => event!))
      })
      for (let i = 0; i < 100; i++) {
        analytics.track({ userId: 'u', event: `e${i}` }, () => callbacks++)
        checkBooks(analytics)
      }
      const { delivered, failed } = await analytics.flush()
      expect(delivered + failed).to.equal(100)
      const events = [...Array(100).keys()].map((i) => `e${i}`)
      expect(collector.messages.map(({ event }) => event)).to.deep.equal(events.slice(failed))
      expect(lost).to.deep.equal(events.slice(0, failed))
      expect(callbacks).to.equal(100)
      expect(collector.rejected).to.deep.equal([])
    }))
})
