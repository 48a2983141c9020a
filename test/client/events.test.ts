// Events, callbacks and warnings: everything is told once, and nobody's listener harms anything.

import { expect } from 'chai'
import { inspect } from 'node:util'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { Analytics, AnalyticsError, type Context } from '../../lib/index.js'
import { checkBooks, withCollector } from '../support/clients.js'
import { warningsOf } from '../support/warnings.js'

const track = { userId: 'u1', event: 'Signed Up' }

describe('the events of the six calls', () => {
  it('report each message once it is delivered', () =>
    withCollector(async ({ collector, client }) => {
      const analytics = client()
      const told: [string, Context][] = []
      for (const type of ['identify', 'track', 'page', 'screen', 'group', 'alias'] as const) {
        analytics.on(type, (context) => told.push([type, context]))
      }
      const ids = { userId: 'u1' }
      analytics.identify(ids)
      analytics.track({ ...ids, event: 'E' })
      analytics.page(ids)
      analytics.screen(ids)
      analytics.group({ ...ids, groupId: 'g1' })
      analytics.alias({ ...ids, previousId: 'p1' })
      await analytics.flush()
      expect(told.map(([type]) => type)).to.deep.equal([
        'identify',
        'track',
        'page',
        'screen',
        'group',
        'alias',
      ])
      for (const [type, { event }] of told) expect(event.type).to.equal(type)
      expect(told.map(([, { event }]) => event.messageId)).to.deep.equal(
        collector.messages.map(({ messageId }) => messageId),
      )
    }))

  it('report nothing about a message that was refused', () =>
    withCollector(async ({ collector, client }) => {
      collector.misbehave({ status: 403 })
      const analytics = client()
      analytics.on('error', () => undefined)
      analytics.on('track', () => expect.fail('told as delivered'))
      analytics.track(track)
      expect(await analytics.flush()).to.include({ failed: 1 })
    }))
})

describe('http_request and http_response', () => {
  it('report each, without the write key', () =>
    withCollector(async ({ client }) => {
      const analytics = client({ writeKey: 'the-secret-key' })
      const told: object[] = []
      analytics.on('http_request', (request) => told.push(request))
      analytics.on('http_response', (response) => told.push(response))
      analytics.track(track)
      await analytics.flush()
      const [request, response] = told as [Record<string, never>, Record<string, never>]
      expect(request).to.have.keys('url', 'method', 'headers', 'body')
      expect((JSON.parse(request.body!) as { batch: unknown[] }).batch).to.have.lengthOf(1)
      expect(response).to.have.keys('url', 'status', 'statusText', 'headers', 'body')
      expect(response).to.include({ status: 200 })
      const text = JSON.stringify(told)
      expect(text).not.to.include('the-secret-key')
      expect(text).not.to.include(btoa('the-secret-key:'))
    }))
})

describe("a user's listener or callback that throws", () => {
  it('is warned of, and no batch goes twice', () =>
    withCollector(async ({ collector, client }) => {
      const throwing = (): never => {
        throw new Error('a bug of the user')
      }
      const analytics = client()
      for (const event of ['track', 'http_request', 'http_response', 'drained'] as const) {
        analytics.on(event, throwing)
      }
      let reached = 0
      analytics.on('track', () => reached++)
      const warnings = await warningsOf(async () => {
        for (let i = 0; i < 3; i++) analytics.track(track, throwing)
        expect(await analytics.flush()).to.deep.equal({ delivered: 3, failed: 0, pending: 0 })
      })
      expect(collector.requests).to.have.lengthOf(1)
      expect(reached, 'other listeners are called all the same').to.equal(3)
      // Once for each of the four events and the callback: the same bug is not told three times.
      expect(warnings).to.have.lengthOf(5)
      for (const { code, message } of warnings) {
        expect(code).to.equal('SELFSAME_LISTENER_THREW')
        expect(message).to.include('a bug of the user')
      }
    }))

  it('also if it is asynchronous: nothing rejects unhandled', () =>
    withCollector(async ({ client }) => {
      const rejecting = async (): Promise<never> => Promise.reject(new Error('an asynchronous bug'))
      const unhandled: unknown[] = []
      const listen = (reason: unknown): void => void unhandled.push(reason)
      process.on('unhandledRejection', listen)
      const warnings = await warningsOf(async () => {
        const analytics = client()
        analytics.on('track', rejecting)
        analytics.track(track, rejecting)
        await analytics.flush()
        await nextTurn()
      })
      process.off('unhandledRejection', listen)
      expect(unhandled).to.deep.equal([])
      expect(warnings.map(({ code }) => code)).to.deep.equal([
        'SELFSAME_LISTENER_THREW',
        'SELFSAME_LISTENER_THREW',
      ])
    }))

  it('an error listener that itself makes calls which fail does not stop the event loop', () =>
    withCollector(async ({ client }) => {
      const analytics = client({ maxQueueBytes: 1_000, onInvalid: 'report' })
      let told = 0
      analytics.on('error', () => {
        if (++told < 1_000) analytics.track({ ...track, properties: { text: 'x'.repeat(2_000) } })
      })
      analytics.track({} as never)
      let turns = 0
      while (told < 1_000) {
        await nextTurn()
        turns++
      }
      expect(turns).to.be.above(500)
      checkBooks(analytics)
    }))
})

describe('an error without a listener', () => {
  it('is one process warning per code, then silence with a count', () =>
    withCollector(async ({ collector, client }) => {
      collector.misbehave({ status: 401 }, { status: 401 }, { status: 401 })
      const analytics = client({ onInvalid: 'report', writeKey: 'the-secret-key' })
      const warnings = await warningsOf(async () => {
        for (let i = 0; i < 3; i++) {
          analytics.identify({ userId: 'u1', traits: { email: 'jane.doe@example.com' } })
          analytics.track({ event: 'E' } as never)
          await analytics.flush()
        }
      })
      expect(warnings.map(({ code }) => code).sort()).to.deep.equal([
        'SELFSAME_INVALID_MESSAGE',
        'SELFSAME_REJECTED',
      ])
      expect(analytics.stats().failedByCode).to.deep.equal({ rejected: 3, invalid_message: 3 })
      const text = inspect(warnings, { depth: 10 })
      expect(text)
        .to.include('401')
        .and.not.to.include('jane.doe')
        .and.not.to.include('the-secret-key')
    }))
})

describe('secrets', () => {
  it('are in no error, whatever is printed of it', () =>
    withCollector(async ({ collector, client }) => {
      collector.misbehave({ status: 401 }, { reset: 'mid-body' })
      const analytics = client({ writeKey: 'the-secret-key', maxRetryDuration: 0 })
      const errors: AnalyticsError[] = []
      analytics.on('error', (error) => errors.push(error))
      for (let i = 0; i < 2; i++) {
        analytics.identify({ userId: 'u1', traits: { email: 'jane.doe@example.com' } })
        await analytics.flush()
      }
      expect(errors.map(({ code }) => code)).to.deep.equal(['rejected', 'retries_exhausted'])
      const shown = [
        inspect(errors, { depth: 20 }),
        JSON.stringify(errors),
        ...errors.map((error) => `${error.stack} ${error.message} ${JSON.stringify({ ...error })}`),
        inspect(analytics, { depth: 20, showHidden: true }),
        inspect(analytics, { depth: 20, showHidden: true, customInspect: false }),
        JSON.stringify(analytics),
      ].join()
      for (const secret of ['the-secret-key', btoa('the-secret-key:'), 'jane.doe']) {
        expect(shown).not.to.include(secret)
      }
      expect(errors[0]!.messages[0]!.traits).to.deep.equal({ email: 'jane.doe@example.com' })
    }))
})

describe('a call', () => {
  it('throws nothing in production, whatever it is given', () =>
    withCollector(async ({ client }) => {
      const { NODE_ENV } = process.env
      process.env.NODE_ENV = 'production'
      const analytics = client()
      process.env.NODE_ENV = NODE_ENV
      if (NODE_ENV === undefined) delete process.env.NODE_ENV
      analytics.on('error', () => undefined)
      const odd = [
        undefined,
        null,
        1,
        'x',
        [],
        {},
        Symbol('x'),
        () => 1,
        new Proxy({}, { ownKeys: () => expect.fail() }),
      ]
      for (const call of odd) {
        for (const type of ['identify', 'track', 'page', 'screen', 'group', 'alias'] as const) {
          expect(analytics[type](call as never, 'no callback' as never)).to.equal(true)
        }
      }
      await analytics.flush()
      expect(analytics.stats()).to.deep.include({
        enqueued: odd.length * 6,
        failed: odd.length * 6,
      })
    }))

  it('throws an invalid message elsewhere, which is not counted as enqueued', () =>
    withCollector(async ({ client }) => {
      const analytics = client()
      expect(() => analytics.track({} as never))
        .to.throw(AnalyticsError)
        .with.property('messages')
        .that.deep.equals([{}])
      expect(analytics.stats().enqueued).to.equal(0)
      await Promise.resolve()
    }))

  it('works as a function of its own', () =>
    withCollector(async ({ collector, client }) => {
      const { identify, track: trackAlone, flush, close } = client()
      identify({ userId: 'u1' })
      trackAlone(track)
      await flush()
      await close()
      expect(collector.messages).to.have.lengthOf(2)
    }))

  it('during an outage is warned of once, after 30 seconds', async () => {
    const analytics = new Analytics({
      writeKey: 'k',
      httpClient: () => Promise.reject(new Error('no route')),
    })
    analytics.on('error', () => undefined)
    analytics.track(track)
    // The clock that the delivery measures an outage by, half a minute ahead from the second try on.
    const { now } = performance
    let tries = 0
    analytics.on('http_request', () => {
      if (++tries === 2) performance.now = () => now.call(performance) + 31_000
    })
    const warnings = await warningsOf(() => analytics.close({ timeout: 3_000 }))
    performance.now = now
    expect(tries).to.be.above(2)
    const struggling = warnings.filter(({ code }) => code === 'SELFSAME_STRUGGLING')
    expect(struggling).to.have.lengthOf(1)
    expect(struggling[0]!.message).to.match(
      /^https:\/\/api\.segment\.io has accepted nothing for 3\d s \(no route\); retrying 1 pending message/,
    )
  })
})
