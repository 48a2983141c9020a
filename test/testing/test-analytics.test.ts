// The client of a test: what it notes is what the client would send, and what becomes of it is what production does.

import { createHook } from 'node:async_hooks'
import { expect } from 'chai'
import { AnalyticsError, type Analytics, type Callback } from '../../lib/index.js'
import { testAnalytics } from '../../lib/testing/index.js'
import { checkBooks, withCollector } from '../support/clients.js'
import { warningsOf } from '../support/warnings.js'

const track = { userId: 'u1', event: 'Signed Up' }

describe('testAnalytics()', () => {
  it('has a message as soon as the call has returned', () => {
    const analytics = testAnalytics()
    expect(analytics.track(track)).to.equal(true)
    expect(analytics.messages).to.have.lengthOf(1)
    expect(analytics.messages[0]).to.deep.include({ ...track, type: 'track', properties: {} })
  })

  it('has the messages that a collector gets of the client', () =>
    withCollector(async ({ collector, client }) => {
      const options = { context: { app: { name: 'shop' } }, integrations: { All: false } }
      const calls = (analytics: Analytics): void => {
        const common = { timestamp: new Date(1_700_000_000_000), context: { ip: '10.0.0.1' } }
        analytics.identify({ ...common, messageId: 'm1', userId: 7, traits: { born: new Date(0) } })
        analytics.track({
          ...common,
          ...track,
          messageId: 'm2',
          properties: { at: NaN, no: undefined },
        })
        analytics.page({ ...common, messageId: 'm3', anonymousId: 'a', name: 'P', category: 'C' })
        analytics.screen({ ...common, messageId: 'm4', anonymousId: 'a', name: 'S\u{1f600}\ud800' })
        analytics.group({ ...common, messageId: 'm5', userId: 'u', groupId: 9 })
        analytics.alias({ ...common, messageId: 'm6', userId: 'u', previousId: 'a' })
      }
      const [real, test] = [client(options), testAnalytics(options)]
      calls(real)
      calls(test)
      await real.flush()
      const sent = collector.messages.map((message) => {
        const own = { ...message, timestamp: message.originalTimestamp } as Partial<typeof message>
        delete own.receivedAt
        delete own.sentAt
        delete own.originalTimestamp
        return own
      })
      expect(sent).to.have.lengthOf(6)
      expect(test.messages).to.deep.equal(sent)
    }))

  it('keeps what was passed, whatever becomes of the object', () => {
    const analytics = testAnalytics()
    const properties = { plan: 'premium' }
    analytics.track({ ...track, properties })
    properties.plan = 'free'
    expect(analytics.tracked('Signed Up', { plan: 'premium' })).to.have.lengthOf(1)
  })

  it('refuses what production refuses', () => {
    const analytics = testAnalytics()
    expect(() => analytics.track({ event: 'No Id' } as never)).to.throw(AnalyticsError, /userId/)
    expect(analytics.messages).to.deep.equal([])
  })

  it('reports what it refuses, with onInvalid: report', async () => {
    const analytics = testAnalytics({ onInvalid: 'report', maxMessageBytes: 1_000 })
    const codes: string[] = []
    analytics.on('error', ({ code }) => codes.push(code))
    analytics.track({ event: 'No Id' } as never)
    analytics.track({ ...track, properties: { long: 'x'.repeat(1_000) } })
    await analytics.flush()
    expect(codes).to.deep.equal(['invalid_message', 'message_too_large'])
    expect(analytics.errors.map(({ code }) => code)).to.deep.equal(codes)
    expect(analytics.messages).to.deep.equal([])
    checkBooks(analytics)
  })

  it('passes messages to the middlewares', () => {
    const analytics = testAnalytics()
    analytics.use((message) => (message.event === 'Secret' ? null : { ...message, seen: true }))
    analytics.track({ ...track, event: 'Secret' })
    analytics.track(track)
    expect(analytics.messages.map(({ event, seen }) => [event, seen])).to.deep.equal([
      ['Signed Up', true],
    ])
    expect(analytics.stats().filtered).to.equal(1)
  })

  it('calls callbacks and listeners after the call, in order', async () => {
    const analytics = testAnalytics()
    const told: unknown[] = []
    const callback: Callback = (error, { event }) => told.push([error, event.event])
    analytics.on('track', ({ event }) => told.push(event.event))
    analytics.on('drained', () => told.push('drained'))
    analytics.track({ ...track, event: 'A' }, callback)
    analytics.track({ ...track, event: 'B' }, callback)
    expect(told).to.deep.equal([])
    expect(await analytics.flush()).to.deep.equal({ delivered: 2, failed: 0, pending: 0 })
    expect(told).to.deep.equal([[undefined, 'A'], 'A', [undefined, 'B'], 'B', 'drained'])
  })

  it('takes no calls after close(), as production', async () => {
    const analytics = testAnalytics()
    analytics.track(track)
    expect(await analytics.close()).to.deep.equal({ delivered: 1, failed: 0, pending: 0 })
    analytics.track(track)
    await analytics.flush()
    expect(analytics.errors.map(({ code }) => code)).to.deep.equal(['closed'])
    expect(analytics.messages).to.have.lengthOf(1)
  })

  it('takes the options of production, and checks them', () => {
    expect(() => testAnalytics({ flushAt: 0 })).not.to.throw()
    expect(() => testAnalytics({ host: 'not a URL' })).to.throw(TypeError, 'host')
    expect(() => testAnalytics({ writeKey: ' key' })).to.throw(TypeError, 'writeKey')
    expect(() => testAnalytics(null as never)).to.throw(TypeError)
  })

  it('prints no warning, of failures neither', async () => {
    const warnings = await warningsOf(async () => {
      const analytics = testAnalytics({ onInvalid: 'report' }).fail()
      analytics.track(track)
      analytics.track({} as never)
      await analytics.close()
    })
    expect(warnings).to.deep.equal([])
  })

  it('opens no socket, and leaves nothing that holds the process', async () => {
    const made: string[] = []
    const hook = createHook({ init: (_id, type) => made.push(type) }).enable()
    const analytics = testAnalytics()
    try {
      for (let count = 0; count < 3; count++) {
        analytics.track(track)
        await analytics.flush()
      }
      await analytics.close()
    } finally {
      hook.disable()
    }
    expect(analytics.stats().delivered).to.equal(3)
    expect(made).to.include('PROMISE')
    expect(made.filter((type) => /WRAP|CONNECT|FSREQ|Immediate|HTTP/i.test(type))).to.deep.equal([])
    expect(process.getActiveResourcesInfo().filter((type) => type.includes('TCP'))).to.deep.equal(
      [],
    )
  })

  it('shares nothing with another one', async () => {
    const [one, other] = [testAnalytics().fail(), testAnalytics()]
    one.track(track)
    other.identify({ userId: 'u2' })
    await Promise.all([one.flush(), other.flush()])
    expect(one.messages).to.deep.equal([])
    expect(one.errors).to.have.lengthOf(1)
    expect(other.messages.map(({ type }) => type)).to.deep.equal(['identify'])
    expect(other.errors).to.deep.equal([])
    other.reset()
    expect(one.errors).to.have.lengthOf(1)
  })

  it('notes nothing if it is disabled, and calls callbacks all the same', async () => {
    const analytics = testAnalytics({ disable: true })
    const called = new Promise((resolve) => void analytics.track(track, resolve))
    expect(await called).to.equal(undefined)
    expect(analytics.messages).to.deep.equal([])
    expect(await analytics.close()).to.deep.equal({ delivered: 0, failed: 0, pending: 0 })
  })

  it('notes ten thousand calls in one turn', async () => {
    const analytics = testAnalytics()
    for (let count = 0; count < 10_000; count++)
      analytics.track({ ...track, properties: { count } })
    expect(await analytics.flush()).to.deep.equal({ delivered: 10_000, failed: 0, pending: 0 })
    const counts = analytics.messages.map(({ properties }) => properties?.count)
    expect(counts).to.deep.equal(Array.from({ length: 10_000 }, (_, index) => index))
  })
})

describe('the questions of a test’s client', () => {
  const analytics = testAnalytics()
  analytics.identify({ userId: 42, traits: { plan: 'free', address: { city: 'Paris' } } })
  analytics.track({ userId: 42, event: 'A', properties: { revenue: 9.5 } })
  analytics.track({ userId: 42, event: 'B' })
  analytics.page({ userId: 42, name: 'Pricing' })
  const idsOf = (messages: { messageId: string }[]): number[] =>
    messages.map((message) =>
      analytics.messages.findIndex(({ messageId }) => messageId === message.messageId),
    )

  it('tracked()', () => {
    expect(idsOf(analytics.tracked())).to.deep.equal([1, 2])
    expect(idsOf(analytics.tracked('A'))).to.deep.equal([1])
    expect(idsOf(analytics.tracked('A', { revenue: 9.5 }))).to.deep.equal([1])
    expect(idsOf(analytics.tracked('A', { revenue: '9.5' }))).to.deep.equal([])
    expect(idsOf(analytics.tracked('a'))).to.deep.equal([])
  })

  it('identified()', () => {
    expect(idsOf(analytics.identified())).to.deep.equal([0])
    expect(idsOf(analytics.identified(42, { address: { city: 'Paris' } }))).to.deep.equal([0])
    expect(idsOf(analytics.identified('42'))).to.deep.equal([0])
    expect(idsOf(analytics.identified('43'))).to.deep.equal([])
  })

  it('sent(), in the filter language, by a pattern and by a function', () => {
    expect(idsOf(analytics.sent('type:track OR type:page'))).to.deep.equal([1, 2, 3])
    expect(idsOf(analytics.sent('revenue:>9'))).to.deep.equal([1])
    expect(idsOf(analytics.sent({ name: /^Pric/ }))).to.deep.equal([3])
    expect(idsOf(analytics.sent(({ type }) => type === 'page'))).to.deep.equal([3])
    expect(() => analytics.sent('type:')).to.throw('filter, character 6')
    expect(() => analytics.sent(3 as never)).to.throw(TypeError, 'a filter is a number')
  })
})

describe('fail()', () => {
  it('lets messages fail as production would, until reset()', async () => {
    const analytics = testAnalytics()
    analytics.track({ ...track, event: 'Before' })
    analytics.fail()
    const failed = new Promise<AnalyticsError | undefined>((resolve) => {
      analytics.track(track, (error) => resolve(error))
    })
    expect(await failed).to.include({ code: 'rejected', status: 400 })
    expect((await failed)?.messages.map(({ event }) => event)).to.deep.equal(['Signed Up'])
    expect(analytics.messages.map(({ event }) => event)).to.deep.equal(['Before'])
    analytics.reset()
    analytics.track({ ...track, event: 'After' })
    await analytics.flush()
    expect(analytics.messages.map(({ event }) => event)).to.deep.equal(['After'])
    expect(analytics.errors).to.deep.equal([])
    checkBooks(analytics)
  })

  it('fails only what the filter means, and only so often', async () => {
    const analytics = testAnalytics().fail({ filter: 'event:B', times: 2, status: 503 })
    for (const event of ['A', 'B', 'B', 'B']) analytics.track({ ...track, event })
    expect(analytics.messages.map(({ event }) => event)).to.deep.equal(['A', 'B'])
    expect(await analytics.flush()).to.deep.equal({ delivered: 2, failed: 2, pending: 0 })
    expect(analytics.errors.map(({ code, status }) => [code, status])).to.deep.equal([
      ['retries_exhausted', 503],
      ['retries_exhausted', 503],
    ])
  })

  for (const [options, code] of [
    [{ status: 401 }, 'rejected'],
    [{ status: 413 }, 'rejected'],
    [{ status: 301 }, 'rejected'],
    [{ status: 429 }, 'retries_exhausted'],
    [{ status: 500 }, 'retries_exhausted'],
    [{ error: 'ECONNREFUSED' }, 'retries_exhausted'],
  ] as const) {
    it(`fails as ${code} with ${JSON.stringify(options)}, and at once`, async () => {
      const analytics = testAnalytics().fail(options)
      analytics.track(track)
      expect(await analytics.flush()).to.deep.equal({ delivered: 0, failed: 1, pending: 0 })
      expect(analytics.errors.map((error) => error.code)).to.deep.equal([code])
      analytics.track(track)
      await analytics.flush()
      expect(analytics.errors).to.have.lengthOf(2)
    })
  }

  it('keeps dead letters, as production', async () => {
    const letters: unknown[] = []
    const analytics = testAnalytics({ deadLetter: (letter) => void letters.push(letter) }).fail()
    analytics.track(track)
    await analytics.flush()
    expect(letters).to.have.lengthOf(1)
    expect(analytics.stats().deadLettered).to.equal(1)
  })

  it('reports a filter that throws', async () => {
    const analytics = testAnalytics().fail({
      filter: () => {
        throw new Error('broken filter')
      },
    })
    analytics.track(track)
    await analytics.flush()
    expect(analytics.errors.map(({ cause }) => (cause as Error).message)).to.deep.equal([
      'broken filter',
    ])
  })

  for (const [options, message] of [
    [{ times: 0 }, 'times is a number'],
    [{ status: 200 }, 'status is a number'],
    [{ status: '400' }, 'status is a string'],
    [{ error: '' }, 'error is an empty string'],
    [{ status: 400, error: 'EPIPE' }, 'not both'],
    [{ filter: 'is:' }, 'filter, character'],
  ] as const) {
    it(`refuses ${JSON.stringify(options)}`, () => {
      expect(() => testAnalytics().fail(options as never)).to.throw(message)
    })
  }
})
