// What is bound to a test's client, by with() and by the middleware of a framework, can be asserted on like the client.

import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import express, { type Express } from 'express'
import Koa from 'koa'
import { currentAnalytics, type BoundAnalytics } from '../../lib/index.js'
import {
  assertIdentified,
  assertLinked,
  assertNotTracked,
  assertTracked,
  testAnalytics,
} from '../../lib/testing/index.js'
import { requestAnalytics } from '../../lib/web/express.js'
import { requestAnalytics as koaAnalytics } from '../../lib/web/koa.js'

/** Answers requests with the cookie of each of these visitors. */
async function visit(
  app: { listen(port: number, host: string): ReturnType<Express['listen']> },
  ...visitors: string[]
): Promise<void> {
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  try {
    const answers = await Promise.all(
      visitors.map((id) =>
        fetch(`http://127.0.0.1:${port}/`, { headers: { cookie: `ajs_anonymous_id=${id}` } }),
      ),
    )
    expect(answers.map(({ status }) => status)).to.deep.equal(visitors.map(() => 200))
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

describe('what is bound to a test’s client', () => {
  it('is asked for what went through it, and through what was bound from it', () => {
    const analytics = testAnalytics()
    const visitor = analytics.with({ anonymousId: 'a1' })
    const person = visitor.with({ userId: 'u1' })
    const other = analytics.with({ anonymousId: 'a2' })
    person.identify({ traits: { plan: 'free' } })
    const { track } = visitor
    track({ event: 'Seen' })

    assertIdentified(person, 'u1', { plan: 'free' }, { anonymousId: 'a1' })
    assertNotTracked(person, 'Seen')
    assertTracked(visitor, 'Seen')
    assertLinked(visitor, { anonymousId: 'a1', userId: 'u1' })
    assertNotTracked(other)
    expect(() => assertTracked(other, 'Seen')).to.throw('nothing has arrived')
    assertTracked(analytics, 'Seen')
  })

  it('works as in production: ids, context, callbacks, errors', async () => {
    const analytics = testAnalytics()
    const bound = analytics.with({ anonymousId: 'a1', context: { ip: '10.0.0.1' } })
    expect(bound.anonymousId).to.equal('a1')
    const called = new Promise((resolve) => void bound.page({ name: 'P' }, resolve))
    expect(await called).to.equal(undefined)
    expect(() => bound.track({} as never)).to.throw('event')
    bound.track({ event: 'After' })
    expect(analytics.messages.map(({ context }) => context.ip)).to.deep.equal([
      '10.0.0.1',
      '10.0.0.1',
    ])
  })

  it('tells requests of Express apart, and is what currentAnalytics() finds', async () => {
    const analytics = testAnalytics()
    const ofRequests: BoundAnalytics[] = []
    const app = express()
    app.use(requestAnalytics(analytics))
    app.get('/', async (request, response) => {
      ofRequests.push(request.analytics)
      await Promise.resolve()
      expect(currentAnalytics()).to.equal(request.analytics)
      currentAnalytics()?.track({ event: `By ${String(request.analytics.anonymousId)}` })
      response.sendStatus(200)
    })
    await visit(app, 'a1', 'a2')

    expect(ofRequests).to.have.lengthOf(2)
    for (const each of ofRequests) {
      const event = `By ${String(each.anonymousId)}`
      assertTracked(
        each,
        event,
        {},
        { anonymousId: each.anonymousId, context: { page: { path: '/' } } },
      )
    }
    expect(() =>
      assertTracked(ofRequests[0]!, `By ${String(ofRequests[1]?.anonymousId)}`),
    ).to.throw('1 message arrived')
  })

  it('is what Koa’s context has', async () => {
    const analytics = testAnalytics()
    const app = new Koa()
    app.use(koaAnalytics(analytics))
    app.use((context) => {
      context.analytics.track({ event: 'Seen' })
      assertTracked(currentAnalytics()!, 'Seen')
      context.body = 'ok'
    })
    await visit(app, 'a1')
    assertTracked(analytics, 'Seen', undefined, { anonymousId: 'a1' })
  })

  it('is not what a request without full consent has, and an assertion says so', async () => {
    const analytics = testAnalytics()
    let ofRequest: BoundAnalytics | undefined
    const app = express()
    app.use(requestAnalytics(analytics, { consent: () => 'anonymous' }))
    app.get('/', (request, response) => {
      ofRequest = request.analytics
      request.analytics.track({ event: 'Seen' })
      request.analytics.identify({ userId: 'u1' })
      response.sendStatus(200)
    })
    await visit(app, 'a1')
    expect(() => assertTracked(ofRequest!, 'Seen')).to.throw(TypeError, 'without full consent')
    assertTracked(analytics, 'Seen', undefined, { anonymousId: (id: unknown) => id !== 'a1' })
    expect(analytics.identified()).to.deep.equal([])
  })
})
