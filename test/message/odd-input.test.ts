// One odd message among four good ones: what becomes of it, and that the good ones are delivered all the same.

import { expect } from 'chai'
import type { CollectedMessage } from '@selfsame/collector'
import type { AnalyticsError, Stats } from '../../lib/index.js'
import { withCollector } from '../support/clients.js'

interface Outcome {
  odd: CollectedMessage | undefined
  errors: AnalyticsError[]
  callbackError: AnalyticsError | undefined
  stats: Stats
}

/** Sends the odd call as the third of five, in production, and checks what must hold whatever it is. */
async function outcomeOf(call: unknown, after: () => void = () => undefined): Promise<Outcome> {
  const outcome: Outcome = {
    odd: undefined,
    errors: [],
    callbackError: undefined,
    stats: {} as Stats,
  }
  await withCollector(async ({ collector, client }) => {
    const analytics = client({ onInvalid: 'report' })
    analytics.on('error', (error) => outcome.errors.push(error))
    let callbacks = 0
    const good = (n: number): void => {
      analytics.track({ userId: 'good', event: `good ${n}`, properties: { n } })
    }
    good(1)
    good(2)
    analytics.track(call as never, (error) => {
      callbacks++
      outcome.callbackError = error
    })
    after()
    good(3)
    good(4)
    await analytics.flush()
    outcome.odd = collector.messages.find(({ userId }) => userId !== 'good')
    outcome.stats = analytics.stats()
    const events = collector.messages
      .filter(({ userId }) => userId === 'good')
      .map(({ event }) => event)
    expect(events).to.deep.equal(['good 1', 'good 2', 'good 3', 'good 4'])
    expect(collector.rejected).to.deep.equal([])
    expect(callbacks, 'callbacks').to.equal(1)
    expect(outcome.stats).to.include({ enqueued: 5, pending: 0 })
    expect(outcome.stats.delivered + outcome.stats.failed).to.equal(5)
  })
  return outcome
}

function withProperties(properties: unknown): unknown {
  return { userId: 'odd', event: 'odd', properties }
}

async function delivered(call: unknown, properties: object): Promise<void> {
  const { odd, errors, callbackError } = await outcomeOf(call)
  expect(errors).to.deep.equal([])
  expect(callbackError).to.equal(undefined)
  // Compared as JSON: chai takes an own __proto__ key for a prototype.
  expect(JSON.stringify(odd?.properties)).to.equal(JSON.stringify(properties))
}

async function fails(call: unknown, code: string, text: RegExp): Promise<void> {
  const { odd, errors, callbackError, stats } = await outcomeOf(call)
  expect(odd).to.equal(undefined)
  expect(errors).to.have.lengthOf(1)
  expect(errors[0]).to.include({ code }).and.have.property('message').that.matches(text)
  expect(errors[0]?.messages).to.have.lengthOf(1)
  expect(callbackError).to.equal(errors[0])
  expect(stats.failedByCode).to.deep.equal({ [code]: 1 })
}

const circle: Record<string, unknown> = { name: 'circle' }
circle.self = circle

describe('an odd message that is delivered', () => {
  for (const [name, properties, arrives] of [
    ['circular', circle, { name: 'circle', self: '[Circular]' }],
    [
      'a BigInt',
      { total: 12345678901234567890n, list: [1n] },
      { total: '12345678901234567890', list: ['1'] },
    ],
    ['a lone surrogate', { text: 'a\ud800b' }, { text: 'a\ud800b' }],
    [
      'a Map and a Set inside',
      { map: new Map([['a', 1]]), set: new Set([1]) },
      { map: {}, set: {} },
    ],
    [
      'a Symbol, a function, undefined',
      { s: Symbol('s'), f: () => 1, u: undefined, k: 1 },
      { k: 1 },
    ],
    ['NaN and Infinity', { nan: NaN, inf: Infinity }, { nan: null, inf: null }],
    ['a Date inside', { at: new Date(0) }, { at: '1970-01-01T00:00:00.000Z' }],
    ['an invalid Date inside', { at: new Date(NaN) }, { at: null }],
    ['toJSON inside', { money: { toJSON: () => '9.99 EUR' } }, { money: '9.99 EUR' }],
    [
      'an object without a prototype',
      Object.assign(Object.create(null) as object, { a: 1 }),
      { a: 1 },
    ],
    [
      'a class instance',
      new (class Order {
        total = 1
      })(),
      { total: 1 },
    ],
    ['a frozen object', Object.freeze({ deep: Object.freeze({ a: 1 }) }), { deep: { a: 1 } }],
    [
      'emoji, quotes and control characters',
      { text: '🙂"\\\u0000\u2028</script>' },
      { text: '🙂"\\\u0000\u2028</script>' },
    ],
  ] as const) {
    it(name, () => delivered(withProperties(properties), arrives))
  }

  it('userId 0 and 42, as their decimal strings', async () => {
    for (const userId of [0, 42]) {
      const { odd } = await outcomeOf({ userId, event: 'odd' })
      expect(odd?.userId).to.equal(String(userId))
    }
  })

  it('__proto__ and constructor keys of JSON.parse: they arrive as data, and no prototype is touched', async () => {
    const text =
      '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"a":{"__proto__":{"b":2}}}'
    await delivered(withProperties(JSON.parse(text)), JSON.parse(text) as object)
    const { odd } = await outcomeOf({
      ...(JSON.parse(text) as object),
      ...(withProperties({}) as object),
      context: JSON.parse(text) as object,
    })
    expect(JSON.stringify(odd?.context)).to.include('"__proto__":{"polluted":1}')
    expect(({} as { polluted?: number }).polluted).to.equal(undefined)
    expect(Object.getPrototypeOf(odd)).to.equal(Object.prototype)
  })

  it('an object that is changed after the call arrives as it was, and is never written to', async () => {
    const properties = { list: [1], deep: { a: 1 } }
    const call = { userId: 'odd', event: 'odd', properties, context: { app: { name: 'a' } } }
    const copy = structuredClone(call)
    const { odd } = await outcomeOf(call, () => {
      expect(call).to.deep.equal(copy)
      properties.list.push(2)
      properties.deep.a = 2
      call.event = 'changed'
    })
    expect(odd).to.deep.include({ event: 'odd', properties: copy.properties })
  })

  it('a frozen call', async () => {
    const { odd } = await outcomeOf(Object.freeze(withProperties(Object.freeze({ a: 1 }))))
    expect(odd?.properties).to.deep.equal({ a: 1 })
  })
})

describe('an odd message that fails alone', () => {
  const throwing = (): never => {
    throw new Error('thrown by the caller')
  }

  for (const [name, call] of [
    [
      'a getter that throws',
      withProperties({
        get total() {
          return throwing()
        },
      }),
    ],
    [
      'a getter of the call itself that throws',
      {
        userId: 'odd',
        get event() {
          return throwing()
        },
      },
    ],
    ['a toJSON that throws', withProperties({ total: { toJSON: throwing } })],
    [
      'a Proxy that throws',
      withProperties(new Proxy({}, { ownKeys: throwing, get: throwing, getPrototypeOf: throwing })),
    ],
    [
      'a call that is a throwing Proxy',
      new Proxy({}, { ownKeys: throwing, get: throwing, getPrototypeOf: throwing }),
    ],
    ['a revoked Proxy', withProperties(revoked())],
  ] as const) {
    it(`${name}: not_serializable`, () => fails(call, 'not_serializable', /cannot be read/))
  }

  it('a graph of circles too large to write out: not_serializable, and soon', async () => {
    const nodes = Array.from({ length: 60 }, () => ({ peers: [] as unknown[] }))
    for (const node of nodes) node.peers.push(...nodes)
    await fails(withProperties({ nodes }), 'not_serializable', /100,000 values/)
  })

  it('nesting that no parser takes: not_serializable, or too large in Node 26', async () => {
    let deep: unknown = 1
    for (let i = 0; i < 200_000; i++) deep = [deep]
    // JSON.stringify of Node 26 does not recurse: there it is the size that is refused.
    if (Number.parseInt(process.versions.node) >= 26) {
      await fails(withProperties({ deep }), 'message_too_large', /bytes; allowed/)
      return
    }
    await fails(withProperties({ deep }), 'not_serializable', /nested too deeply/)
  })

  for (const [name, size] of [
    ['40 KB', 40_000],
    ['5 MB', 5_000_000],
    ['40 KB of three-byte characters', 13_500],
  ] as const) {
    it(`${name}: message_too_large, with its size`, () => {
      const text = name.includes('three') ? '€'.repeat(size) : 'x'.repeat(size)
      return fails(
        withProperties({ text }),
        'message_too_large',
        /^the message has \d+ bytes; allowed: 32768$/,
      )
    })
  }

  for (const [name, call, text] of [
    [
      'an invalid Date as timestamp',
      { userId: 'odd', event: 'odd', timestamp: new Date(NaN) },
      /^timestamp is an invalid Date/,
    ],
    [
      'a garbage timestamp',
      { userId: 'odd', event: 'odd', timestamp: 'soon' },
      /^timestamp is a string that is no/,
    ],
    ['seconds as timestamp', { userId: 'odd', event: 'odd', timestamp: 1700000000 }, /seconds/],
    ["userId ''", { userId: '', event: 'odd' }, /^userId is an empty string/],
    ['userId NaN', { userId: NaN, event: 'odd' }, /^userId is NaN/],
    [
      'both ids null',
      { userId: null, anonymousId: null, event: 'odd' },
      /^userId and anonymousId are both null/,
    ],
    [
      'userId null alone',
      { userId: null, event: 'odd' },
      /^userId is null and anonymousId is undefined/,
    ],
    ['userId an object', { userId: { id: 1 }, event: 'odd' }, /^userId is an object/],
    ['no ids', { event: 'odd' }, /userId and anonymousId/],
    ['event missing', { userId: 'odd' }, /^event is undefined/],
    ['event no string', { userId: 'odd', event: 42 }, /^event is a number/],
    ['properties an array', withProperties([1]), /^properties is an array/],
    ['properties a string', withProperties('text'), /^properties is a string/],
    ['properties a Map', withProperties(new Map()), /^properties is a Map/],
    ['properties a Set', withProperties(new Set()), /^properties is a Set/],
    [
      'a toJSON of the call itself',
      { userId: 'odd', event: 'odd', toJSON: () => null },
      /^toJSON is a function/,
    ],
  ] as const) {
    it(`${name}: invalid_message`, () => fails(call, 'invalid_message', text))
  }
})

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}
