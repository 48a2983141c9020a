// analytics.use(): what middlewares see, what becomes of what they return, and that none harms the host.

import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect } from 'chai'
import type { Analytics, AnalyticsError, Message, Middleware } from '../../lib/index.js'
import { version } from '../../lib/runtime/version.js'
import { checkBooks, withCollector } from '../support/clients.js'
import { warningsOf } from '../support/warnings.js'

const track = { userId: 'u1', event: 'Signed Up' }

/** Tells what fails, and keeps it from being a warning. */
function failuresOf(analytics: Analytics): AnalyticsError[] {
  const failures: AnalyticsError[] = []
  analytics.on('error', (error) => failures.push(error))
  return failures
}

/** The messages as they are on the wire, which the collector's have been corrected from. */
function sentBy(analytics: Analytics): Message[] {
  const sent: Message[] = []
  analytics.on('http_request', ({ body }) => {
    sent.push(...(JSON.parse(body) as { batch: Message[] }).batch)
  })
  return sent
}

/** A middleware that its types forbid. */
const wrong = (middleware: unknown): Middleware => middleware as Middleware

describe('enrichment and a middleware that throws', () => {
  it('the body has what an enrichment does: event names in lower case', () =>
    withCollector(async ({ collector, client }) => {
      const analytics = client().use((message) => ({
        ...message,
        event: message.event?.toLowerCase() ?? '',
      }))
      const sent = sentBy(analytics)
      analytics.track(track)
      await analytics.flush()
      expect(sent.map(({ event }) => event)).to.deep.equal(['signed up'])
      expect(collector.messages.map(({ event }) => event)).to.deep.equal(['signed up'])
    }))

  it('one that throws fails its message alone: the others are delivered', () =>
    withCollector(async ({ collector, client }) => {
      const bug = new Error('a bug of the middleware')
      const analytics = client().use((message) => {
        if (message.event === 'event 1') throw bug
        return message
      })
      const failures = failuresOf(analytics)
      const told: (AnalyticsError | undefined)[] = []
      for (let i = 0; i < 3; i++) {
        analytics.track({ userId: 'u1', event: `event ${i}` }, (error) => told.push(error))
      }
      expect(await analytics.flush()).to.deep.equal({ delivered: 2, failed: 1, pending: 0 })
      expect(collector.messages.map(({ event }) => event)).to.deep.equal(['event 0', 'event 2'])
      expect(failures).to.have.lengthOf(1)
      expect(failures[0]).to.include({
        code: 'middleware_failed',
        message: 'a middleware threw',
        cause: bug,
      })
      expect(failures[0]!.messages.map(({ event }) => event)).to.deep.equal(['event 1'])
      expect(told.filter(Boolean)).to.deep.equal(failures)
      expect(analytics.stats().failedByCode).to.deep.equal({ middleware_failed: 1 })
      checkBooks(analytics)
    }))
})

describe('what a middleware sees', () => {
  it('is the complete message', () =>
    withCollector(async ({ client }) => {
      const seen: Message[] = []
      const analytics = client({
        context: { app: { name: 'shop' } },
        integrations: { Vero: false },
      })
      analytics.use((message) => {
        seen.push(structuredClone(message))
        return message
      })
      const sent = sentBy(analytics)
      const bound = analytics.with({ anonymousId: 'a1', context: { ip: '203.0.113.7' } })
      bound.page({ category: 'Docs', properties: { at: new Date(0), big: 10n } })
      await analytics.flush()
      const [message] = seen
      expect(message).to.deep.include({
        type: 'page',
        anonymousId: 'a1',
        category: 'Docs',
        properties: { at: '1970-01-01T00:00:00.000Z', big: '10', category: 'Docs' },
        context: {
          library: { name: 'selfsame', version },
          app: { name: 'shop' },
          ip: '203.0.113.7',
        },
        integrations: { Vero: false },
      })
      expect(message!.messageId).to.have.lengthOf(36)
      expect(new Date(message!.timestamp).toISOString()).to.equal(message!.timestamp)
      expect(sent).to.deep.equal(seen)
    }))

  it('is a copy: the objects of the caller, the binding and the client are never written to', () =>
    withCollector(async ({ collector, client }) => {
      const context = { app: { name: 'shop' } }
      const analytics = client({ context }).use((message) => {
        const { properties, context } = message
        Object.assign(properties!, { plan: 'changed', deep: { list: ['changed'] } })
        const app = context.app as { name: string }
        app.name += '!'
        context.page!.url = 'changed'
        return message
      })
      const binding = { userId: 'u1', context: { page: { url: 'https://example.com' } } }
      const call = { event: 'E', properties: { plan: 'free', deep: { list: ['a'] } } }
      const [callBefore, bindingBefore] = structuredClone([call, binding])
      analytics.with(binding).track(call)
      analytics.with(binding).track(call)
      await analytics.flush()
      expect(call).to.deep.equal(callBefore)
      expect(binding).to.deep.equal(bindingBefore)
      expect(context).to.deep.equal({ app: { name: 'shop' } })
      for (const { properties, context } of collector.messages) {
        expect(properties!.plan).to.equal('changed')
        expect(context!.app).to.deep.equal({ name: 'shop!' })
      }
    }))

  it('is what the one before it returned, in the order of registration', () =>
    withCollector(async ({ collector, client }) => {
      const analytics = client()
      const returned = analytics
        .use((message) => ({ ...message, event: `${message.event ?? ''} 1` }))
        .use((message) => ({ ...message, event: `${message.event ?? ''} 2` }))
      expect(returned).to.equal(analytics)
      const { use } = analytics
      use((message) => ({ ...message, event: `${message.event ?? ''} 3` }))
      analytics.track({ userId: 'u1', event: 'E' })
      await analytics.flush()
      expect(collector.messages[0]!.event).to.equal('E 1 2 3')
    }))

  it('is nothing of calls that were made before it was registered', () =>
    withCollector(async ({ collector, client }) => {
      const analytics = client()
      analytics.track(track)
      analytics.use(() => null)
      await analytics.flush()
      expect(collector.messages).to.have.lengthOf(1)
    }))
})

describe('what a middleware returns', () => {
  it('is sent: what it has taken out stays out, also what is beneath every message', () =>
    withCollector(async ({ client }) => {
      const analytics = client({ context: { ip: '203.0.113.7' }, integrations: { Vero: false } })
      analytics.use(({ type, userId, event, category }) => {
        return { type, userId, event, category } as unknown as Message
      })
      const sent = sentBy(analytics)
      analytics.page({ userId: 'u1', category: 'Docs', messageId: 'm1', timestamp: new Date(0) })
      await analytics.flush()
      expect(sent[0]).to.have.keys(
        'type userId category properties context messageId timestamp'.split(' '),
      )
      expect(sent[0]).to.deep.include({
        messageId: 'm1',
        timestamp: '1970-01-01T00:00:00.000Z',
        context: {},
        properties: {},
      })
    }))

  it('may be a frozen object, another type, and may have fields in the forms of a call', () =>
    withCollector(async ({ collector, client }) => {
      const analytics = client().use((message) =>
        Object.freeze({
          ...message,
          type: 'identify' as const,
          userId: 42 as unknown as string,
          timestamp: new Date(86_400_000) as unknown as string,
          traits: Object.freeze({ plan: 'premium' }),
        }),
      )
      analytics.track(track)
      await analytics.flush()
      expect(collector.messages[0]).to.deep.include({
        type: 'identify',
        userId: '42',
        traits: { plan: 'premium' },
        originalTimestamp: '1970-01-02T00:00:00.000Z',
      })
    }))

  for (const [what, returned, field] of [
    ['an empty userId', { userId: '' }, 'userId is an empty string'],
    ['no id', { userId: undefined }, 'userId and anonymousId are both undefined'],
    ['a type that does not exist', { type: 'click' }, 'type is a string'],
    [
      'a messageId of 100 characters',
      { messageId: 'm'.repeat(100) },
      'messageId is a string of 100',
    ],
    [
      'a wrong timestamp',
      { timestamp: 'yesterday' },
      'timestamp is a string that is not an ISO-8601',
    ],
    ['properties that are none', { properties: [] }, 'properties is an array'],
    ['a context that is none', { context: 'web' }, 'context is a string'],
    ['integrations that are none', { integrations: true }, 'integrations is a boolean'],
    ['a toJSON', { toJSON: () => ({}) }, 'toJSON is a function'],
  ] as const) {
    it(`fails alone as invalid_message if it has ${what}, and is not thrown`, () =>
      withCollector(async ({ collector, client }) => {
        const analytics = client({ onInvalid: 'throw' })
        const failures = failuresOf(analytics)
        analytics.use((message) =>
          message.event === 'broken'
            ? ({ ...message, ...returned } as unknown as Message)
            : message,
        )
        analytics.track({ userId: 'u1', event: 'broken' })
        analytics.track(track)
        expect(await analytics.flush()).to.include({ delivered: 1, failed: 1 })
        expect(failures.map(({ code }) => code)).to.deep.equal(['invalid_message'])
        expect(failures[0]!.message).to.include('what a middleware returned: ').and.include(field)
        expect(failures[0]!.messages[0]).to.include({ event: 'broken' })
        expect(collector.messages.map(({ event }) => event)).to.deep.equal(['Signed Up'])
      }))
  }

  const rejecting = async (): Promise<never> => Promise.reject(new Error('too late'))
  for (const [what, middleware] of [
    ['undefined', () => undefined],
    ['an array', () => []],
    ['a boolean', () => true],
    ['a string', () => 'peter@example.com'],
    ['a Promise', async (message: Message) => Promise.resolve(message)],
    ['a Promise', rejecting],
  ] as const) {
    it(`fails alone as middleware_failed if it is ${what} (${middleware.name})`, () =>
      withCollector(async ({ client }) => {
        const analytics = client()
        const failures = failuresOf(analytics)
        analytics.use(wrong(middleware))
        const unhandled: unknown[] = []
        const listen = (reason: unknown): void => void unhandled.push(reason)
        process.on('unhandledRejection', listen)
        analytics.track(track)
        await nextTurn()
        await nextTurn()
        process.off('unhandledRejection', listen)
        expect(unhandled).to.deep.equal([])
        expect(failures.map(({ code }) => code)).to.deep.equal(['middleware_failed'])
        expect(failures[0]!.message).to.match(
          new RegExp(`returned ${what}; allowed: the message, or null to drop it$`),
        )
        expect(failures[0]!.message).not.to.include('peter')
        expect(failures[0]!.messages[0]).to.include(track)
        checkBooks(analytics)
      }))
  }

  it('may have what JSON has not: a circle and a BigInt are written, a getter that throws fails alone', () =>
    withCollector(async ({ collector, client }) => {
      const analytics = client()
      const failures = failuresOf(analytics)
      analytics.use((message) => {
        const properties: Record<string, unknown> = { big: 12345678901234567890n }
        properties.self = properties
        if (message.event === 'odd') return { ...message, properties }
        return {
          ...message,
          get properties(): never {
            throw new Error('a getter')
          },
        }
      })
      analytics.track({ userId: 'u1', event: 'odd' })
      analytics.track(track)
      expect(await analytics.flush()).to.include({ delivered: 1, failed: 1 })
      expect(collector.messages[0]!.properties).to.include({ big: '12345678901234567890' })
      expect(failures.map(({ code }) => code)).to.deep.equal(['not_serializable'])
    }))

  it('is measured: one that grows too large fails, one that shrinks is delivered', () =>
    withCollector(async ({ collector, client }) => {
      const analytics = client({ maxMessageBytes: 2_000 })
      const failures = failuresOf(analytics)
      analytics.use((message) => ({
        ...message,
        properties: { text: 'x'.repeat(message.event === 'grows' ? 3_000 : 1) },
      }))
      analytics.track({ userId: 'u1', event: 'grows' })
      analytics.track({ userId: 'u1', event: 'shrinks', properties: { text: 'x'.repeat(3_000) } })
      await analytics.flush()
      expect(failures.map(({ code }) => code)).to.deep.equal(['message_too_large'])
      expect(collector.messages.map(({ event }) => event)).to.deep.equal(['shrinks'])
    }))
})

describe('a message that a middleware drops', () => {
  it('is counted as filtered only, reported to its callback, and not an error', () =>
    withCollector(async ({ collector, client }) => {
      const analytics = client()
      analytics.use(function sample(message) {
        return message.event === 'Polled' ? null : message
      })
      analytics.use((message) => {
        expect(message.event).not.to.equal('Polled')
        return message
      })
      analytics.on('error', () => expect.fail('it was wanted'))
      const told: [string | undefined, string | undefined, string | undefined][] = []
      let isInCall = true
      const warnings = await warningsOf(async () => {
        for (const event of ['Polled', 'Signed Up', 'Polled']) {
          analytics.track({ userId: 'u1', event }, (error, context) => {
            expect(isInCall, 'within the call').to.equal(false)
            told.push([error?.code, error?.message, context.event.event])
          })
        }
        analytics.track({ userId: 'u1', event: 'Polled' })
        isInCall = false
        expect(await analytics.flush()).to.deep.equal({ delivered: 1, failed: 0, pending: 0 })
      })
      expect(warnings).to.deep.equal([])
      expect(told).to.have.deep.members([
        ['filtered', 'the middleware sample dropped the message', 'Polled'],
        ['filtered', 'the middleware sample dropped the message', 'Polled'],
        [undefined, undefined, 'Signed Up'],
      ])
      expect(analytics.stats()).to.deep.include({
        enqueued: 1,
        delivered: 1,
        failedByCode: {},
        filtered: 3,
      })
      expect(collector.messages).to.have.lengthOf(1)
    }))

  it('of a callback that throws is no harm', () =>
    withCollector(async ({ client }) => {
      const analytics = client().use(() => null)
      const warnings = await warningsOf(async () => {
        analytics.track(track, () => {
          throw new Error('a bug of the callback')
        })
        await analytics.flush()
      })
      expect(warnings.map(({ code }) => code)).to.deep.equal(['SELFSAME_LISTENER_THREW'])
    }))
})

describe('a middleware that itself makes calls', () => {
  it('does not come to itself: the call that it made fails, the outer one is delivered', () =>
    withCollector(async ({ collector, client }) => {
      const analytics = client({ onInvalid: 'throw' })
      const failures = failuresOf(analytics)
      let depth = 0
      analytics.use((message) => {
        depth++
        analytics.track({ userId: 'u1', event: 'Inner' })
        analytics.with({ userId: 'u1' }).identify()
        return message
      })
      for (let i = 0; i < 100; i++) analytics.track({ userId: 'u1', event: 'Outer' })
      expect(await analytics.flush()).to.deep.equal({ delivered: 100, failed: 200, pending: 0 })
      expect(depth).to.equal(100)
      expect(new Set(collector.messages.map(({ event }) => event))).to.deep.equal(
        new Set(['Outer']),
      )
      expect(new Set(failures.map(({ code }) => code))).to.deep.equal(
        new Set(['middleware_failed']),
      )
      expect(failures[0]!.message).to.include('made the call')
      expect(failures.flatMap(({ messages }) => messages)).to.have.lengthOf(200)
      checkBooks(analytics)
    }))

  it('nor do two clients come to each other without end', () =>
    withCollector(async ({ client }) => {
      const [one, two] = [client(), client()]
      for (const each of [one, two]) each.on('error', () => undefined)
      one.use((message) => (two.track(track), message))
      two.use((message) => (one.track(track), message))
      one.track(track)
      await Promise.all([one.flush(), two.flush()])
      expect(one.stats()).to.include({ delivered: 1, failed: 1 })
      expect(two.stats()).to.include({ delivered: 1, failed: 0 })
    }))

  it('may make them after it has returned, and may register another one meanwhile', () =>
    withCollector(async ({ collector, client }) => {
      const analytics = client()
      analytics.use((message) => {
        if (message.event !== 'Outer') return message
        analytics.use((each) => ({ ...each, properties: { second: true } }))
        setImmediate(() => analytics.track({ userId: 'u1', event: 'Follower' }))
        return message
      })
      analytics.track({ userId: 'u1', event: 'Outer' })
      await nextTurn()
      await nextTurn()
      await analytics.flush()
      expect(collector.messages.map(({ event, properties }) => [event, properties])).to.deep.equal([
        ['Outer', {}],
        ['Follower', { second: true }],
      ])
    }))
})

describe('middlewares', () => {
  for (const [what, given] of [
    ['undefined', undefined],
    ['an object', { track: () => null }],
    ['a string', 'lowercase'],
  ] as const) {
    it(`are functions: ${what} is a TypeError`, () =>
      withCollector(({ client }) => {
        expect(() => client().use(wrong(given))).to.throw(
          TypeError,
          `use() was given ${what}; allowed: a function`,
        )
        return Promise.resolve()
      }))
  }

  it('see what is called after close(), whose error must not have what they redact', () =>
    withCollector(async ({ client }) => {
      const analytics = client().use((message) => ({ ...message, properties: {} }))
      const failures = failuresOf(analytics)
      await analytics.close()
      analytics.track({ ...track, properties: { card: '4111' } })
      await nextTurn()
      expect(failures.map(({ code }) => code)).to.deep.equal(['closed'])
      expect(failures[0]!.messages[0]!.properties).to.deep.equal({})
    }))

  it('are not asked by a disabled client, nor of calls that are invalid', () =>
    withCollector(async ({ client }) => {
      const fail = (): never => expect.fail('it was called')
      client({ disable: true }).use(fail).track(track)
      const analytics = client({ onInvalid: 'report' }).use(fail)
      const failures = failuresOf(analytics)
      analytics.track({ userId: '', event: 'E' })
      await nextTurn()
      expect(failures.map(({ code }) => code)).to.deep.equal(['invalid_message'])
    }))

  it('harm nothing, whatever they throw', () =>
    withCollector(async ({ client }) => {
      const analytics = client()
      const failures = failuresOf(analytics)
      const hostile = new Proxy(() => null, {
        apply: () => {
          // eslint-disable-next-line @typescript-eslint/only-throw-error -- as hostile code may
          throw new Proxy({}, { getPrototypeOf: () => expect.fail('a trap') })
        },
        get: () => expect.fail('another trap'),
      })
      analytics.use(hostile)
      analytics.track(track)
      await nextTurn()
      expect(failures.map(({ code }) => code)).to.deep.equal(['middleware_failed'])
    }))
})
