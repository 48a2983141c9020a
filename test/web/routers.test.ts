// Apps with routers in them, and with more than one client.

import { createServer } from 'node:http'
import { expect } from 'chai'
import express from 'express'
import Fastify from 'fastify'
import { Hono } from 'hono'
import Koa from 'koa'
import type { Analytics, BoundAnalytics } from '../../lib/index.js'
import * as ofExpress from '../../lib/web/express.js'
import * as ofFastify from '../../lib/web/fastify.js'
import * as ofFetch from '../../lib/web/fetch.js'
import * as ofKoa from '../../lib/web/koa.js'
import { withCollector } from '../support/clients.js'
import { answerWith, ask, fetchRequestOf, listening, listeningFastify, type Site } from './sites.js'

const cookie = { Cookie: 'ajs_anonymous_id=anon-1' }
const event = 'Visited'

/** Sites that have the middleware within something that has changed the path. */
const nested: Record<string, (client: Analytics) => Promise<Site>> = {
  Express: (client) => {
    const [app, shop, cart] = [express(), express.Router(), express.Router()]
    cart.use(ofExpress.requestAnalytics(client))
    cart.get('/items', (request, response) => {
      request.analytics.track({ event })
      response.end()
    })
    shop.use('/cart', cart)
    app.use('/shop', shop)
    return listening(createServer(app))
  },
  Koa: (client) => {
    const app = new Koa()
    // As koa-mount does it.
    app.use(async (context, next) => {
      context.path = context.path.slice('/shop'.length)
      await next()
    })
    app.use(ofKoa.requestAnalytics(client))
    app.use((context) => {
      context.body = context.analytics.track({ event })
    })
    return listening(createServer(app.callback()))
  },
  Fastify: (client) => {
    const app = Fastify({ rewriteUrl: ({ url = '/' }) => url.replace('/shop', '/market') })
    void app.register(
      (market, _options, done) => {
        void market.register(ofFastify.requestAnalytics(client))
        market.get('/cart/items', ({ analytics }) => analytics.track({ event }))
        done()
      },
      { prefix: '/market' },
    )
    return listeningFastify(app)
  },
  Hono: (client) => {
    const app = new Hono()
    const shop = new Hono<{ Variables: { analytics: BoundAnalytics } }>()
    shop.use(ofFetch.requestAnalytics(client))
    shop.get('/cart/items', (context) => context.json(context.get('analytics').track({ event })))
    app.route('/shop', shop)
    return honoSite(app)
  },
}

describe('within nested routers', () => {
  for (const [name, start] of Object.entries(nested)) {
    it(`${name}: the page is that of the original url`, () =>
      withCollector(async ({ collector, client }) => {
        const analytics = client()
        const site = await start(analytics)
        expect(await ask(site, '/shop/cart/items?x=1', cookie)).to.include({ status: 200 })
        await site.close()
        await analytics.flush()
        const { page } = collector.messages[0]!.context!
        expect(page).to.include({ path: '/shop/cart/items', search: '?x=1' })
      }))
  }
})

/** Sites with one client for everything, and another for /shop. */
const double: Record<string, (all: Analytics, shop: Analytics) => Promise<Site>> = {
  Express: (all, shop) => {
    const app = express()
    app.use(ofExpress.requestAnalytics(all, { issue: true }))
    app.use('/shop', ofExpress.requestAnalytics(shop, { issue: true }))
    app.use((request, response) => {
      request.analytics.track({ event })
      response.end()
    })
    return listening(createServer(app))
  },
  Koa: (all, shop) => {
    const app = new Koa()
    const ofShop = ofKoa.requestAnalytics(shop, { issue: true })
    app.use(ofKoa.requestAnalytics(all, { issue: true }))
    app.use((context, next) => (context.path === '/shop' ? ofShop(context, next) : next()))
    app.use((context) => {
      context.body = context.analytics.track({ event })
    })
    return listening(createServer(app.callback()))
  },
  Fastify: (all, shop) => {
    const app = Fastify()
    void app.register(ofFastify.requestAnalytics(all, { issue: true }))
    app.get('/', ({ analytics }) => analytics.track({ event }))
    void app.register((within, _options, done) => {
      void within.register(ofFastify.requestAnalytics(shop, { issue: true }))
      within.get('/shop', ({ analytics }) => analytics.track({ event }))
      done()
    })
    return listeningFastify(app)
  },
  Hono: (all, shop) => {
    const app = new Hono<{ Variables: { analytics: BoundAnalytics } }>()
    app.use(ofFetch.requestAnalytics(all, { issue: true }))
    app.use('/shop', ofFetch.requestAnalytics(shop, { issue: true }))
    app.get('*', (context) => context.json(context.get('analytics').track({ event })))
    return honoSite(app)
  },
}

describe('two clients in one app', () => {
  for (const [name, start] of Object.entries(double)) {
    it(`${name}: the inner one serves its part, and both give one id`, () =>
      withCollector(async ({ collector, client }) => {
        const [all, shop] = [client({ writeKey: 'all' }), client({ writeKey: 'shop' })]
        const site = await start(all, shop)
        const first = await ask(site, '/')
        const second = await ask(site, '/shop')
        await site.close()
        expect([first.status, second.status]).to.deep.equal([200, 200])
        expect(first.cookies).to.have.lengthOf(1)
        expect(second.cookies).to.have.lengthOf(1)
        await all.flush()
        await shop.flush()
        const ids = [first, second].map(({ cookies }) => /=([^;]+)/.exec(cookies[0]!)?.[1])
        expect(collector.messages.map(({ anonymousId }) => anonymousId)).to.deep.equal(ids)
        expect(all.stats().delivered).to.equal(1)
        expect(shop.stats().delivered).to.equal(1)
      }))
  }

  it('Fastify: both for the whole app, the last one is request.analytics', () =>
    withCollector(async ({ client }) => {
      const [first, second] = [client(), client()]
      const app = Fastify()
      void app.register(ofFastify.requestAnalytics(first))
      void app.register(ofFastify.requestAnalytics(second))
      app.get('/', ({ analytics }) => analytics.track({ event }))
      const site = await listeningFastify(app)
      expect(await ask(site, '/', cookie)).to.include({ status: 200 })
      await site.close()
      expect([first.stats().enqueued, second.stats().enqueued]).to.deep.equal([0, 1])
    }))
})

function honoSite(app: Pick<Hono, 'fetch'>): Promise<Site> {
  return listening(
    createServer(async (request, response) => {
      await answerWith(response, await app.fetch(fetchRequestOf(request)))
    }),
  )
}
