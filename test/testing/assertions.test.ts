// What the assertions take, what they let pass, and what they say.

import { AssertionError } from 'node:assert'
import { expect } from 'chai'
import fc from 'fast-check'
import sinon from 'sinon'
import type { Message } from '../../lib/index.js'
import {
  assertIdentified,
  assertLinked,
  assertNotIdentified,
  assertNotLinked,
  assertNotSent,
  assertNotTracked,
  assertSent,
  assertSentInOrder,
  assertTracked,
  testAnalytics,
} from '../../lib/testing/index.js'
import { likenessOf } from '../../lib/testing/likeness.js'
import { withCollector } from '../support/clients.js'

function failureOf(assertion: () => void): string {
  try {
    assertion()
  } catch (error) {
    expect(error).to.be.instanceOf(AssertionError)
    return (error as Error).message
  }
  return expect.fail('it passed')
}

/** A stand-in for `expect.any(String)`: what Jest and Vitest give has these methods. */
const anyString = {
  asymmetricMatch: (value: unknown) => typeof value === 'string',
  toAsymmetricMatcher: () => 'Any<String>',
}

describe('what is expected of a value', () => {
  const analytics = testAnalytics()
  analytics.track({
    userId: 'u1',
    event: 'Order Completed',
    properties: {
      revenue: 9.5,
      currency: 'EUR',
      at: new Date(0),
      items: [{ sku: 'a', n: 1 }, { sku: 'b' }],
      note: null,
      __proto__: { inherited: true },
    },
  })

  const fitting: Record<string, Record<string, unknown>> = {
    nothing: {},
    'some of the properties': { revenue: 9.5 },
    'a Date': { at: new Date(0) },
    'the text of a Date': { at: '1970-01-01T00:00:00.000Z' },
    'what is not there': { coupon: undefined },
    null: { note: null },
    'what JSON makes null': { note: NaN },
    'some of the fields of objects in an array': { items: [{ n: 1 }, {}] },
    'a matcher of Jest or Vitest': { currency: anyString },
    'a matcher deep within': { items: [{ sku: anyString }, { sku: 'b' }] },
    'a matcher of sinon': { revenue: sinon.match.number.and(sinon.match((n: number) => n > 9)) },
    'a regular expression': { currency: /^eur$/gi },
    'a function': { revenue: (value: unknown) => value === 9.5 },
  }
  for (const [name, properties] of Object.entries(fitting)) {
    it(`fits: ${name}`, () => {
      for (let count = 0; count < 2; count++)
        assertTracked(analytics, 'Order Completed', properties)
      expect(failureOf(() => assertNotTracked(analytics, 'Order Completed', properties))).to.match(
        /^expected no track 'Order Completed', but message 1 is one\n\n1 message arrived:/,
      )
    })
  }

  const unfitting: Record<string, Record<string, unknown>> = {
    'another value': { revenue: 9 },
    'a text for a number': { revenue: '9.5' },
    'what is not there': { coupon: 'x' },
    'what is there': { currency: undefined },
    'an inherited property': { toString: (value: unknown) => value !== undefined },
    'a shorter array': { items: [{ sku: 'a' }] },
    'an array for an object': { currency: [] },
    'an object for null': { note: {} },
    'a matcher': { revenue: anyString },
    'a matcher of sinon': { revenue: sinon.match.string },
    'a regular expression for a number': { revenue: /9/ },
    'a function': { revenue: () => false },
  }
  for (const [name, properties] of Object.entries(unfitting)) {
    it(`does not fit: ${name}`, () => {
      assertNotTracked(analytics, 'Order Completed', properties)
      failureOf(() => assertTracked(analytics, 'Order Completed', properties))
    })
  }

  it('may be no Map and no Set: no message has one', () => {
    expect(() => assertTracked(analytics, 'Order Completed', { items: new Set() })).to.throw(
      TypeError,
      'a Set was expected',
    )
  })

  it('fits itself, and all of it less something; not with something else', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.nat(), (object, place) => {
        const message = JSON.parse(JSON.stringify(object)) as Record<string, unknown>
        expect(likenessOf(message, message)).to.include({ fits: true, nearness: 1 })
        const name = Object.keys(message)[place % Math.max(1, Object.keys(message).length)]
        if (name === undefined) return
        const { [name]: left, ...less } = message
        expect(likenessOf(message, less).fits).to.equal(true)
        expect(likenessOf(less, message).fits).to.equal(false)
        expect(likenessOf(message, { ...message, [name]: [left] }).fits).to.equal(false)
      }),
    )
  })
})

describe('a failure', () => {
  it('prints the nearest message as a difference, and lists what arrived', () => {
    const analytics = testAnalytics().fail({ filter: 'type:group' })
    analytics.identify({ userId: 'u1', anonymousId: 'a1', traits: { plan: 'free' } })
    analytics.track({
      userId: 'u1',
      event: 'Order completed',
      properties: { revenue: '9.50' as never, items: [{ sku: 'a' }], coupon: 'X' },
    })
    analytics.track({ userId: 'u1', event: 'Left' })
    const expected = {
      revenue: 9.5,
      items: [{ sku: anyString }],
      currency: 'EUR',
      coupon: undefined,
    }
    expect(
      failureOf(() =>
        assertTracked(analytics, 'Order Completed', expected, { userId: /^u/ }),
      ).split('\n'),
    ).to.deep.equal([
      "expected a track 'Order Completed'",
      '',
      'the nearest is message 2 (- expected, + arrived):',
      "    type: 'track'",
      "  - event: 'Order Completed'",
      "  + event: 'Order completed'",
      '    properties:',
      '  -   revenue: 9.5',
      "  +   revenue: '9.50'",
      '      items:',
      '        0:',
      "          sku: 'a'",
      "  -   currency: 'EUR'",
      "  +   coupon: 'X'",
      "    userId: 'u1'",
      '',
      '3 messages arrived:',
      "  1. identify userId u1 anonymousId a1 { plan: 'free' }",
      `  2. track "Order completed" userId u1 { revenue: '9.50', items: [ { sku: 'a' } ], coupon: 'X' }`,
      '  3. track "Left" userId u1 {}',
    ])
  })

  it('shows what a matcher, a regular expression or a function wants', () => {
    const analytics = testAnalytics()
    analytics.track({ userId: 'u1', event: 'A', properties: { a: 1, b: 1, c: 1, d: 1 } })
    const text = failureOf(() =>
      assertTracked(analytics, 'A', {
        a: anyString,
        b: /x/,
        c: (value: unknown) => Number(value) > 1,
        d: sinon.match.string,
      }),
    )
    expect(text).to.include('-   a: Any<String>')
    expect(text).to.include('-   b: /x/')
    expect(text).to.match(/- {3}c: .*Number\(value\)\s*>\s*1/)
    expect(text).to.include('-   d: typeOf("string")')
  })

  it('says that nothing arrived, and why', async () => {
    const disabled = testAnalytics({ disable: true })
    disabled.track({ userId: 'u1', event: 'A' })
    expect(failureOf(() => assertTracked(disabled, 'A'))).to.equal(
      "expected a track 'A'\n\nnothing has arrived\nthe client is disabled (option disable)",
    )
    const failing = testAnalytics().fail()
    failing.track({ userId: 'u1', event: 'A' })
    await failing.flush()
    expect(failureOf(() => assertTracked(failing))).to.equal(
      'expected a track\n\nnothing has arrived\nfailed: rejected: the server answered 400',
    )
  })

  it('names no message as the nearest that has nothing of it', () => {
    const analytics = testAnalytics()
    analytics.group({ userId: 'u1', groupId: 'g1' })
    expect(failureOf(() => assertTracked(analytics, 'A', { plan: 'x' }))).not.to.include('nearest')
  })

  it('stays readable with many messages, and long ones', () => {
    const analytics = testAnalytics()
    for (let count = 0; count < 1_000; count++) {
      analytics.track({ userId: 'u1', event: 'A', properties: { text: 'x'.repeat(1_000) } })
    }
    const lines = failureOf(() => assertIdentified(analytics, 'u1')).split('\n')
    expect(lines).to.have.length.below(40)
    expect(lines.at(-1)).to.equal('  … and 980 more')
    expect(Math.max(...lines.map(({ length }) => length))).to.be.below(200)
  })

  it('begins its stack at the test', () => {
    try {
      assertTracked(testAnalytics(), 'A')
    } catch (error) {
      expect((error as Error).stack).to.match(/nothing has arrived\n\s+at .*assertions\.test\.ts/)
      return
    }
    expect.fail('it passed')
  })
})

describe('the other assertions', () => {
  const analytics = testAnalytics()
  analytics.page({ anonymousId: 'a1', name: 'Pricing' })
  analytics.identify({ userId: 7, anonymousId: 'a1', traits: { plan: 'free' } })
  analytics.alias({ userId: 8, previousId: 'a2' })
  analytics.track({ userId: 7, event: 'Signed Up' })

  it('assertIdentified', () => {
    assertIdentified(analytics)
    assertIdentified(analytics, 7, { plan: 'free' }, { anonymousId: 'a1' })
    assertIdentified(analytics, '7')
    assertNotIdentified(analytics, 8)
    failureOf(() => assertNotIdentified(analytics, 7))
    expect(failureOf(() => assertIdentified(analytics, 8))).to.include("+ userId: '7'")
  })

  it('assertLinked, by both ids or an alias', () => {
    assertLinked(analytics, { anonymousId: 'a1', userId: 7 })
    assertLinked(analytics, { anonymousId: 'a2', userId: '8' })
    assertNotLinked(analytics, { anonymousId: 'a1', userId: 8 })
    failureOf(() => assertNotLinked(analytics, { anonymousId: 'a1', userId: 7 }))
    expect(failureOf(() => assertLinked(analytics, { anonymousId: 'a3', userId: 7 }))).to.include(
      "expected a message that links anonymousId 'a3' with userId '7'",
    )
  })

  it('assertSent', () => {
    assertSent(analytics, 'type:page name:Pricing')
    assertSent(analytics, { type: 'page', name: /^P/ })
    assertNotSent(analytics, 'type:group')
    failureOf(() => assertNotSent(analytics, 'type:page'))
    expect(failureOf(() => assertSent(analytics, 'type:group'))).to.match(
      /^expected a message like type:group\n\n4 messages arrived:/,
    )
    expect(() => assertSent(analytics, 'type:')).to.throw('filter, character 6')
  })

  it('assertSentInOrder', () => {
    assertSentInOrder(analytics, 'type:page', { type: 'identify' }, 'event:"Signed Up"')
    assertSentInOrder(analytics)
    const steps = failureOf(() =>
      assertSentInOrder(analytics, 'type:identify', 'type:page', 'type:track'),
    )
    expect(steps.split('\n').slice(0, 3)).to.deep.equal([
      'expected messages in this order',
      '  type:identify: message 2',
      '  type:page: none after that; message 1 comes before',
    ])
    expect(failureOf(() => assertSentInOrder(analytics, 'type:page', 'type:page'))).to.include(
      'type:page: none after that',
    )
    expect(failureOf(() => assertSentInOrder(analytics, 'type:group'))).to.include(
      'type:group: none',
    )
  })

  it('take a list of messages, and a collector', () =>
    withCollector(async ({ collector, client }) => {
      const real = client()
      real.track({ userId: 'u1', event: 'A' })
      await real.flush()
      assertTracked(collector, 'A')
      assertTracked(collector.messages, 'A')
      assertTracked({ messages: () => collector.messages }, 'A')
      assertNotTracked([] as Message[], 'A')
    }))

  for (const [name, value] of Object.entries({
    'an array that is not one of messages': { messages: 'x' },
    'a function': () => undefined,
    undefined,
  })) {
    it(`refuse ${name}`, () => {
      expect(() => assertNotTracked(value as never, 'A')).to.throw(TypeError, 'testAnalytics()')
    })
  }
})
