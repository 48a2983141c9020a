// A client with a plan: what becomes of messages that are not as planned.

import { readFileSync } from 'node:fs'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect } from 'chai'
import { z } from 'zod'
import { Analytics, AnalyticsError, type ViolationEvent } from '../../lib/index.js'
import { readOptions } from '../../lib/client/options/read-options.js'
import { definePlan, typed } from '../../lib/plan/index.js'
import { lettersIn, withFile } from '../dead-letter/folder.js'
import { warningsOf } from '../support/warnings.js'
import { withPlan } from './planned-client.js'

const plan = definePlan({
  events: {
    'Order Completed': z.object({ revenue: z.number(), coupon: z.string().optional() }),
    'Signed Up': typed<{ method: string }>(),
  },
  traits: z.object({ score: z.number().optional() }),
  groupTraits: z.object({ name: z.string() }),
  pages: { Pricing: z.strictObject({ path: z.string().optional() }) },
})
const userId = 'u1'
/** Calls that the compiler refuses, as JavaScript makes them. */
const wrong = (call: object): never => call as never
const textRevenue = wrong({ userId, event: 'Order Completed', properties: { revenue: '9.50' } })

describe('a message as planned', () => {
  it('is sent as it was passed, and nothing is told', () =>
    withPlan(plan, { onViolation: 'report' }, async ({ analytics, collector }) => {
      const told: unknown[] = []
      analytics.on('violation', (violation) => told.push(violation))
      const warnings = await warningsOf(async () => {
        analytics.track({
          userId,
          event: 'Order Completed',
          // zod leaves out what its schema does not name.
          properties: { revenue: 9.5, ...{ extra: true } },
        })
        analytics.track({ userId, event: 'Signed Up', properties: { method: 'password' } })
        analytics.identify({ userId, traits: { score: 27 } })
        analytics.identify({ userId })
        analytics.group({ userId, groupId: 'g1', traits: { name: 'Initech' } })
        analytics.page({ userId, name: 'Pricing', category: 'Docs' })
        analytics.screen({ userId, name: 'Anything' })
        analytics.alias({ userId, previousId: 'u0' })
        await analytics.flush()
      })
      expect(collector.messages).to.have.lengthOf(8)
      expect(collector.messages[0]!.properties).to.deep.equal({ revenue: 9.5, extra: true })
      for (const { context } of collector.messages)
        expect(context).not.to.have.property('violations')
      expect([...told, ...warnings]).to.deep.equal([])
    }))
})

describe("onViolation: 'report'", () => {
  it('sends the message, with what is wrong in its context', () =>
    withPlan(plan, { onViolation: 'report' }, async ({ analytics, collector }) => {
      await warningsOf(async () => {
        analytics.track(textRevenue)
        await analytics.flush()
      })
      const [message] = collector.messages
      expect(message!.properties).to.deep.equal({ revenue: '9.50' })
      expect(message!.context).to.deep.include({
        violations: [
          {
            type: 'Invalid Value',
            field: 'properties.revenue',
            description: 'Invalid input: expected number, received string',
          },
        ],
      })
      expect(message!.context).to.have.nested.property('library.name', 'selfsame')
    }))

  it('keeps the context of the call and of the client', () =>
    withPlan(
      plan,
      { onViolation: 'report', context: { app: { name: 'shop' } } },
      async ({ analytics, collector }) => {
        await warningsOf(async () => {
          analytics.with({ userId, context: { ip: '203.0.113.7' } }).track(textRevenue)
          await analytics.flush()
        })
        expect(collector.messages[0]!.context).to.deep.include({
          app: { name: 'shop' },
          ip: '203.0.113.7',
        })
        expect(collector.messages[0]!.context).to.have.property('violations')
      },
    ))

  it('emits `violation` with the message as it is sent', () =>
    withPlan(plan, { onViolation: 'report' }, async ({ analytics, collector }) => {
      const told: ViolationEvent[] = []
      analytics.on('violation', (violation) => told.push(violation))
      await warningsOf(async () => {
        analytics.track(textRevenue)
        await analytics.flush()
      })
      const [violation] = told
      expect(told).to.have.lengthOf(1)
      expect(violation).to.include({ type: 'track', name: 'Order Completed' })
      expect(violation!.violations.map(({ field }) => field)).to.deep.equal(['properties.revenue'])
      expect(violation!.message.messageId).to.equal(collector.messages[0]!.messageId)
    }))

  it('warns once a kind, and quotes no value', () =>
    withPlan(plan, { onViolation: 'report' }, async ({ analytics }) => {
      const warnings = await warningsOf(() => {
        for (const revenue of ['secret-1', 'secret-2']) {
          analytics.track(wrong({ userId, event: 'Order Completed', properties: { revenue } }))
        }
        analytics.track(wrong({ userId, event: 'Order Completed' }))
        analytics.identify(wrong({ userId, traits: { score: 'secret' } }))
      })
      expect(warnings.map(({ code }) => code)).to.deep.equal(
        Array.from({ length: 3 }, () => 'SELFSAME_PLAN_VIOLATION'),
      )
      const [first, second, third] = warnings.map(({ message }) => message)
      expect(first).to.include(
        'track "Order Completed" is not as planned: properties.revenue is a string, which the plan does not allow.',
      )
      expect(second).to.include('properties.revenue is missing')
      expect(third).to.include('identify is not as planned: traits.score is a string')
      expect(warnings.join('\n')).not.to.include('secret')
    }))

  it('names the event that was meant', () =>
    withPlan(plan, { onViolation: 'report' }, async ({ analytics, collector }) => {
      const warnings = await warningsOf(async () => {
        analytics.track(wrong({ userId, event: 'Signed up' }))
        analytics.page(wrong({ userId, name: 'Pricng' }))
        await analytics.flush()
      })
      expect(warnings[0]!.message).to.include(
        '"Signed up" is not in the plan; did you mean "Signed Up"?',
      )
      expect(warnings[1]!.message).to.include('did you mean "Pricing"?')
      expect(collector.messages[0]!.context).to.deep.include({
        violations: [
          {
            type: 'Unplanned Event',
            field: 'event',
            description: '"Signed up" is not in the plan; did you mean "Signed Up"?',
          },
        ],
      })
    }))

  it('tells a listener that itself violates the plan of each violation, in a later turn', () =>
    withPlan(plan, { onViolation: 'report' }, async ({ analytics }) => {
      let told = 0
      let depth = 0
      analytics.on('violation', () => {
        expect(depth++).to.equal(0)
        if (++told < 5) analytics.track(textRevenue)
        depth--
      })
      await warningsOf(async () => {
        analytics.track(textRevenue)
        expect(told).to.equal(1)
        while (told < 5) await nextTurn()
      })
      expect(analytics.stats().enqueued).to.equal(5)
    }))

  it('leaves room for the message: of many violations the first ten are in it', () =>
    withPlan(
      definePlan({ events: { E: z.object({ list: z.array(z.number()) }) } }),
      { onViolation: 'report' },
      async ({ analytics, collector }) => {
        const list = Array.from({ length: 1_000 }, () => 'x')
        await warningsOf(async () => {
          analytics.track(wrong({ userId, event: 'E', properties: { list } }))
          await analytics.flush()
        })
        const { violations } = collector.messages[0]!.context as { violations: unknown[] }
        expect(violations).to.have.lengthOf(10)
        expect(violations[9]).to.include({ field: 'properties.list.9' })
      },
    ))
})

describe("onViolation: 'drop'", () => {
  it('fails the message as plan_violation, counted, and keeps it as a dead letter', () =>
    withFile((file) =>
      withPlan(
        plan,
        { onViolation: 'drop', deadLetter: file },
        async ({ analytics, collector }) => {
          const errors: AnalyticsError[] = []
          const told: ViolationEvent[] = []
          analytics.on('error', (error) => errors.push(error))
          analytics.on('violation', (violation) => told.push(violation))
          const outcome = new Promise<AnalyticsError | undefined>((resolve) => {
            // The ids of what is bound are in the message that is kept.
            analytics.with({ userId }).track(wrong({ event: 'Signed up' }), resolve)
          })
          analytics.track({ userId, event: 'Signed Up', properties: { method: 'sso' } })
          const counts = await analytics.flush()
          expect((await outcome)?.code).to.equal('plan_violation')
          expect(errors.map(({ code }) => code)).to.deep.equal(['plan_violation'])
          expect(errors[0]!.messages[0]).to.include({ userId, event: 'Signed up' })
          expect(told).to.have.lengthOf(1)
          expect(counts).to.deep.equal({ delivered: 1, failed: 1, pending: 0 })
          expect(analytics.stats().failedByCode).to.deep.equal({ plan_violation: 1 })
          expect(collector.messages.map(({ event }) => event)).to.deep.equal(['Signed Up'])
          const [letter] = lettersIn(file)
          expect(letter).to.deep.include({ code: 'plan_violation' })
          expect(letter!.message).to.include({ userId, event: 'Signed up' })
          expect(readFileSync(file, 'utf8')).to.include('"violations":[{"type":"Unplanned Event"')
        },
      ),
    ))

  it('keeps what the middlewares have left of it', () =>
    withFile((file) =>
      withPlan(plan, { onViolation: 'drop', deadLetter: file }, async ({ analytics }) => {
        analytics.on('error', () => undefined)
        analytics.use((message) => ({ ...message, userId: 'redacted' }))
        analytics.track(textRevenue)
        await analytics.flush()
        expect(lettersIn(file)[0]!.message).to.include({ userId: 'redacted' })
      }),
    ))
})

describe("onViolation: 'throw'", () => {
  it('throws from the call, which counts nothing', () =>
    withPlan(plan, { onViolation: 'throw' }, async ({ analytics }) => {
      let thrown: unknown
      try {
        analytics.track(textRevenue)
      } catch (error) {
        thrown = error
      }
      expect(thrown).to.be.instanceOf(AnalyticsError)
      const { code, message, messages } = thrown as AnalyticsError
      expect(code).to.equal('plan_violation')
      expect(message).to.equal(
        'track "Order Completed" is not as planned: properties.revenue is a string, which the plan does not allow',
      )
      expect(messages[0]!.context).to.have.property('violations')
      expect(analytics.stats().enqueued).to.equal(0)
      await analytics.flush()
    }))

  it('is the default but in production', () => {
    const { NODE_ENV } = process.env
    try {
      for (const [environment, outcome] of [
        ['production', 'report'],
        ['test', 'throw'],
        ['development', 'throw'],
        [undefined, 'throw'],
      ] as const) {
        if (environment === undefined) delete process.env.NODE_ENV
        else process.env.NODE_ENV = environment
        expect(readOptions({ writeKey: 'k', plan }).onViolation, environment).to.equal(outcome)
      }
    } finally {
      if (NODE_ENV === undefined) delete process.env.NODE_ENV
      else process.env.NODE_ENV = NODE_ENV
    }
  })
})

describe('onViolation, a function', () => {
  it('decides about each message', () => {
    const asked: unknown[] = []
    const onViolation = ({
      type,
      name,
      violations,
    }: {
      type: string
      name: string | undefined
      violations: readonly { type: string }[]
    }) => {
      asked.push([type, name, violations[0]!.type])
      return name === undefined ? 'throw' : name === 'Signed up' ? 'drop' : undefined
    }
    return withPlan(plan, { onViolation }, async ({ analytics, collector }) => {
      analytics.on('error', () => undefined)
      await warningsOf(async () => {
        analytics.track(textRevenue)
        analytics.track(wrong({ userId, event: 'Signed up' }))
        expect(() => analytics.identify(wrong({ userId, traits: { score: 'x' } }))).to.throw(
          AnalyticsError,
        )
        await analytics.flush()
      })
      expect(collector.messages.map(({ event }) => event)).to.deep.equal(['Order Completed'])
      expect(asked).to.deep.equal([
        ['track', 'Order Completed', 'Invalid Value'],
        ['track', 'Signed up', 'Unplanned Event'],
        ['identify', undefined, 'Invalid Value'],
      ])
    })
  })

  for (const [what, onViolation] of [
    [
      'throws',
      () => {
        throw new Error('a bug')
      },
    ],
    ['returns something else', () => 'ignore'],
    ['is asynchronous', () => Promise.reject(new Error('later'))],
  ] as const) {
    it(`that ${what} is warned of, and the message is sent`, () =>
      withPlan(plan, { onViolation: onViolation as never }, async ({ analytics, collector }) => {
        const warnings = await warningsOf(async () => {
          analytics.track(textRevenue)
          await analytics.flush()
        })
        expect(warnings.map(({ code }) => code)).to.include('SELFSAME_LISTENER_THREW')
        expect(collector.messages).to.have.lengthOf(1)
      }))
  }

  it('that makes such a call itself is not asked about that one', () => {
    let asked = 0
    let client: { track: (call: never) => boolean } | undefined
    const onViolation = (): undefined => {
      asked++
      client?.track(textRevenue)
    }
    return withPlan(plan, { onViolation }, async ({ analytics, collector }) => {
      client = analytics
      await warningsOf(async () => {
        analytics.track(textRevenue)
        await analytics.flush()
      })
      expect(asked).to.equal(1)
      expect(collector.messages).to.have.lengthOf(2)
    })
  })
})

describe('the option plan', () => {
  it('is what definePlan() returned, in any copy of the package', () => {
    for (const given of [{}, null, 'plan', { events: {} }, { ...plan, version: 2 }]) {
      expect(() => new Analytics({ writeKey: 'k', plan: given as never })).to.throw(
        TypeError,
        /^option plan is (an object|null|a string); allowed: what definePlan\(\) of selfsame\/plan returns$/,
      )
    }
    new Analytics({ writeKey: 'k', plan: { ...plan } })
  })

  it('refuses another onViolation', () => {
    expect(() => new Analytics({ writeKey: 'k', plan, onViolation: 'ignore' as never })).to.throw(
      TypeError,
      /^option onViolation is "ignore"; allowed: /,
    )
  })

  it('is not asked by a disabled client', () => {
    const analytics = new Analytics({ disable: true, plan, onViolation: 'throw' })
    expect(analytics.track(textRevenue)).to.equal(true)
  })

  it('of a call that is invalid anyway changes nothing', () => {
    const analytics = new Analytics({ writeKey: 'k', plan, onInvalid: 'throw' })
    expect(() => analytics.track(wrong({ event: 'Signed up' }))).to.throw(
      AnalyticsError,
      /userId and anonymousId are both undefined/,
    )
  })
})

describe("a plan with unplanned: 'allow'", () => {
  it('checks what it names, and lets the rest through', () =>
    withPlan(
      definePlan({ events: { A: z.object({ n: z.number() }) }, pages: {}, unplanned: 'allow' }),
      { onViolation: 'throw' },
      async ({ analytics, collector }) => {
        analytics.track({ userId, event: 'Anything', properties: { n: 'x' } })
        analytics.page({ userId, name: 'Any' })
        analytics.page(wrong({ userId }))
        expect(() => analytics.track(wrong({ userId, event: 'A' }))).to.throw(/n is missing/)
        await analytics.flush()
        expect(collector.messages).to.have.lengthOf(3)
      },
    ))
})

describe('a plan with pages', () => {
  it('wants their names', () =>
    withPlan(plan, { onViolation: 'throw' }, async ({ analytics }) => {
      expect(() => analytics.page(wrong({ userId }))).to.throw(
        /page is not as planned: name is missing/,
      )
      const path = wrong({ userId, name: 'Pricing', category: 'Docs', properties: { path: 3 } })
      expect(() => analytics.page(path)).to.throw(/page "Pricing" .* properties\.path is a number/)
      await analytics.flush()
    }))
})
