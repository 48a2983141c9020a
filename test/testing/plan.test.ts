// A test's client with a plan: typed by it, and checked by it at the call.

import { expect } from 'chai'
import { z } from 'zod'
import { AnalyticsError, type Analytics } from '../../lib/index.js'
import { definePlan } from '../../lib/plan/index.js'
import { assertTracked, testAnalytics } from '../../lib/testing/index.js'

const plan = definePlan({
  events: { 'Order Completed': z.object({ revenue: z.number() }) },
})
const order = { userId: 'u1', event: 'Order Completed' } as const

/** What the code of an app takes. */
function complete(analytics: Analytics<typeof plan>, revenue: number): void {
  analytics.track({ ...order, properties: { revenue } })
}

describe('testAnalytics({ plan })', () => {
  it('takes the place of a client with this plan', () => {
    const analytics = testAnalytics({ plan })
    complete(analytics, 9.5)
    analytics.with({ userId: 'u2' }).track({ event: 'Order Completed', properties: { revenue: 1 } })
    assertTracked(analytics, 'Order Completed', { revenue: 9.5 })
    expect(analytics.tracked('Order Completed')).to.have.lengthOf(2)
    // @ts-expect-error: the plan has no such event
    expect(analytics.tracked('Order completed')).to.deep.equal([])
  })

  it('throws for a call that is not as planned, as in development', () => {
    const analytics = testAnalytics({ plan })
    expect(() => complete(analytics, '9.5' as never)).to.throw(AnalyticsError, 'revenue')
    // @ts-expect-error: the plan has no such event
    expect(() => analytics.track({ userId: 'u1', event: 'Order completed' })).to.throw(
      AnalyticsError,
      'Order Completed',
    )
    expect(analytics.messages).to.deep.equal([])
  })

  it("has the message, with what is wrong in its context, with onViolation: 'report'", async () => {
    const analytics = testAnalytics({ plan, onViolation: 'report' })
    const told: unknown[] = []
    analytics.on('violation', (violation) => told.push(violation))
    complete(analytics, '9.5' as never)
    await analytics.flush()
    expect(told).to.have.lengthOf(1)
    expect(analytics.messages[0]?.context.violations).to.be.an('array').with.lengthOf(1)
  })
})
