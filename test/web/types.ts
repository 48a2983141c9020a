// A request's own analytics is typed where each framework's handlers look for it. Checked by tsc.

import { getConnInfo } from '@hono/node-server/conninfo'
import express from 'express'
import Fastify from 'fastify'
import { Hono, type Context } from 'hono'
import Koa from 'koa'
import { createServer } from 'node:http'
import type { Analytics, AnalyticsCalls, BoundAnalytics } from '../../lib/index.js'
import { requestAnalytics as ofExpress, type ExpressLikeRequest } from '../../lib/web/express.js'
import { requestAnalytics as ofFastify } from '../../lib/web/fastify.js'
import { requestAnalytics as ofFetch, withAnalytics } from '../../lib/web/fetch.js'
import { requestAnalytics as ofKoa } from '../../lib/web/koa.js'

const event = 'Visited'

export function inExpress(analytics: Analytics): void {
  const app = express()
  app.use(ofExpress(analytics))
  app.use('/shop', ofExpress(analytics, { issue: true, ip: false }))
  app.use(
    ofExpress<express.Request>(analytics, {
      trustUserId: (request) => request.get('X-Session') === 'good',
      ip: (request) => request.ips[0],
    }),
  )
  app.get('/', (request, response) => {
    request.analytics.track({ event })
    // @ts-expect-error: a track call has an event
    request.analytics.track({})
    // As much code passes it: user?.id ?? null.
    request.analytics.track({ event, userId: null })
    response.end()
  })
}

function addressOf(context: Context): string | undefined {
  return getConnInfo(context).remote.address
}

/** What is written inside app.use() knows the request without being told. */
export function inferred(analytics: Analytics): void {
  express().use(
    ofExpress(analytics, {
      ip: (request) => request.ips[0],
      issue: (request) => request.get('X-Consent') === 'yes',
      consent: (request) => request.get('X-Consent') === 'yes',
    }),
  )
  new Koa().use(ofKoa(analytics, { consent: (context) => context.get('X-Consent') === 'yes' }))
  new Hono().use(ofFetch(analytics, { ip: addressOf }))
  // As the documentation has it: Hono's overloads leave the parameter to be any.
  // eslint-disable-next-line @typescript-eslint/no-unsafe-argument
  new Hono().use('/shop/*', ofFetch(analytics, { ip: (c) => getConnInfo(c).remote.address }))
  // @ts-expect-error: neither a boolean nor one of the three
  express().use(ofExpress(analytics, { consent: () => 'yes' }))
}

/** A function for a client and for what is bound to a request. */
export function anyCalls(analytics: Analytics, bound: BoundAnalytics): void {
  const signUp = (calls: AnalyticsCalls, userId: string): boolean =>
    calls.track({ userId, event: 'Signed Up' })
  signUp(analytics, 'u1')
  signUp(bound, 'u1')
  // @ts-expect-error: a client has nobody bound
  ;((calls: AnalyticsCalls) => calls.track({ event }))(bound)
}

export function inKoa(analytics: Analytics): void {
  const app = new Koa<{ user: string }>()
  app.use(ofKoa(analytics))
  app.use(
    ofKoa(analytics, {
      trustUserId: (context) => context.get('X-Session') === 'good',
      ip: (context) => context.ips[0],
    }),
  )
  app.use((context) => {
    const bound: BoundAnalytics = context.analytics
    context.analytics.track({ event, userId: context.state.user })
    // @ts-expect-error: a track call has an event
    bound.track({})
  })
}

export async function inFastify(analytics: Analytics): Promise<void> {
  const app = Fastify()
  await app.register(ofFastify(analytics))
  await app.register(
    ofFastify(analytics, {
      issue: true,
      trustUserId: (request) => request.headers['x-session'] === 'good',
      ip: (request) => request.ips?.[0],
    }),
  )
  app.get('/', (request) => {
    request.analytics.track({ event })
    // @ts-expect-error: a track call has an event
    request.analytics.track({})
  })
}

export function inHono(analytics: Analytics): void {
  const app = new Hono<{ Variables: { analytics: BoundAnalytics }; Bindings: { ip: string } }>()
  app.use(ofFetch(analytics))
  app.use('/shop/*', ofFetch(analytics, { issue: true }))
  app.use((context, next) =>
    ofFetch(analytics, { ip: () => context.env.ip, trustUserId: () => true })(context, next),
  )
  app.get('/', (context) => {
    context.get('analytics').track({ event })
    context.var.analytics.track({ event })
    // @ts-expect-error: a track call has an event
    context.get('analytics').track({})
    return context.text('served')
  })
  new Hono().use(ofFetch(analytics))
}

/** As NextRequest is one. */
class RichRequest extends Request {
  readonly nextUrl = new URL(this.url)
}

export function inNext(analytics: Analytics): void {
  const handler: (request: Request) => Promise<Response> = withAnalytics(
    analytics,
    (_request, bound) => {
      bound.track({ event })
      return new Response()
    },
  )
  void handler(new Request('http://localhost/'))
  const rich: (
    request: RichRequest,
    context: { params: Promise<{ id: string }> },
  ) => Promise<Response> = withAnalytics(
    analytics,
    async (request: RichRequest, bound, context: { params: Promise<{ id: string }> }) => {
      bound.page({ name: request.nextUrl.pathname, properties: { id: (await context.params).id } })
      return new Response()
    },
    { ip: (request) => request.headers.get('x-real-ip') ?? undefined },
  )
  void rich(new RichRequest('http://localhost/'), { params: Promise.resolve({ id: '1' }) })
}

export function inNode(analytics: Analytics): void {
  const middleware = ofExpress(analytics)
  createServer((request: ExpressLikeRequest, response) => {
    middleware(request, response, () => {
      request.analytics?.track({ event })
      response.end()
    })
  })
}
