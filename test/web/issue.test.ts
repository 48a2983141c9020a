// issue: true gives a visitor without an id one, in the cookie that analytics.js adopts.

import { createServer } from 'node:http'
import { expect } from 'chai'
import express from 'express'
import Fastify from 'fastify'
import { Hono } from 'hono'
import Koa from 'koa'
import { Analytics, ensureAnonymousId, forgetUser, type BoundAnalytics } from '../../lib/index.js'
import * as ofExpress from '../../lib/web/express.js'
import * as ofFastify from '../../lib/web/fastify.js'
import * as ofFetch from '../../lib/web/fetch.js'
import * as ofKoa from '../../lib/web/koa.js'
import {
  answerWith,
  ask,
  fetchRequestOf,
  listening,
  listeningFastify,
  sites,
  type Answer,
  type Site,
} from './sites.js'
import { withSite } from './visits.js'

const analytics = new Analytics({ writeKey: 'abc123', disable: true })
const issue = { issue: true }
const issued = /^ajs_anonymous_id=([0-9a-f-]{36}); Max-Age=31536000; Path=\/; SameSite=Lax$/

/** What a site answers to a visitor without cookies. */
async function answerOf(site: Site): Promise<Answer> {
  try {
    return await ask(site, '/')
  } finally {
    await site.close()
  }
}

describe('issue: true', () => {
  for (const [name, start] of Object.entries(sites)) {
    describe(name, () => {
      it('sets one cookie and sends its id; other cookies are kept', () =>
        withSite(
          start,
          {
            options: issue,
            serve: ({ analytics, setCookie }) => {
              setCookie('session=1')
              analytics.track({ event: 'Visited' })
              setCookie('theme=dark')
            },
          },
          async ({ site, messages }) => {
            const { status, cookies } = await ask(site, '/')
            expect(status).to.equal(200)
            expect(cookies).to.have.lengthOf(3).and.to.include.members(['session=1', 'theme=dark'])
            const id = cookies.map((cookie) => issued.exec(cookie)?.[1]).find(Boolean)
            expect((await messages()).map(({ anonymousId }) => anonymousId)).to.deep.equal([id])
          },
        ))

      it('sets none if the visitor has an id', () =>
        withSite(start, { options: issue }, async ({ site, messages }) => {
          const { cookies } = await ask(site, '/', { Cookie: 'ajs_anonymous_id=anon-1' })
          expect(cookies).to.deep.equal([])
          expect((await messages())[0]).to.have.property('anonymousId', 'anon-1')
        }))

      it('sets none by default', () =>
        withSite(start, {}, async ({ site }) => {
          expect((await ask(site, '/')).cookies).to.deep.equal([])
        }))

      it('sets it for the registrable domain of the host', () =>
        withSite(start, { options: issue }, async ({ site }) => {
          const { cookies } = await ask(site, '/', { Host: 'www.shop.example.co.uk:8080' })
          expect(cookies).to.have.lengthOf(1)
          expect(cookies[0]).to.include('; Domain=example.co.uk;')
        }))
    })
  }
})

describe('issue: true with a response that goes its own way', () => {
  const middleware = ofExpress.requestAnalytics(analytics, issue)

  it('node:http: streamed', async () => {
    const server = createServer((request, response) => {
      middleware(request, response, () => {
        response.writeHead(200, { 'Content-Type': 'text/plain' })
        response.write('a')
        setImmediate(() => response.end('b'))
      })
    })
    const { cookies } = await answerOf(await listening(server))
    expect(cookies).to.have.lengthOf(1)
    expect(cookies[0]).to.match(issued)
  })

  it('Express: after the headers were sent it sets nothing, and binds an id for this request', async () => {
    let id: unknown
    const app = express()
    app.use((_request, response, next) => {
      response.flushHeaders()
      next()
    })
    app.use(middleware)
    app.use((request, response) => {
      id = request.analytics.anonymousId
      response.end('served')
    })
    const { status, cookies } = await answerOf(await listening(createServer(app)))
    expect({ status, cookies }).to.deep.equal({ status: 200, cookies: [] })
    expect(id).to.be.a('string')
  })

  it('Koa: past ctx.respond = false', async () => {
    const app = new Koa()
    app.use(ofKoa.requestAnalytics(analytics, issue))
    app.use((context) => {
      context.respond = false
      context.res.writeHead(200)
      context.res.end('served')
    })
    const { cookies } = await answerOf(await listening(createServer(app.callback())))
    expect(cookies).to.have.lengthOf(1)
    expect(cookies[0]).to.match(issued)
  })

  for (const [name, copies] of [
    ['with nothing but the raw response', false],
    ['with the headers of the reply copied', true],
  ] as const) {
    it(`Fastify: hijacked, ${name}`, async () => {
      const app = Fastify()
      void app.register(ofFastify.requestAnalytics(analytics, issue))
      app.get('/', (_request, reply) => {
        void reply.header('Set-Cookie', 'session=1')
        reply.hijack()
        for (const [header, value] of Object.entries(copies ? reply.getHeaders() : {}))
          reply.raw.setHeader(header, value!)
        reply.raw.writeHead(200)
        reply.raw.end('served')
      })
      const { cookies } = await answerOf(await listeningFastify(app))
      expect(cookies).to.have.lengthOf(2)
      expect(cookies[0]).to.match(issued)
      expect(cookies[1]).to.equal('session=1')
    })
  }

  it('Fastify: streamed', async () => {
    const app = Fastify()
    void app.register(ofFastify.requestAnalytics(analytics, issue))
    app.get('/', (_request, reply) => reply.send(new Blob(['served']).stream()))
    const { cookies } = await answerOf(await listeningFastify(app))
    expect(cookies).to.have.lengthOf(1)
  })
})

describe('issue: true with a Response', () => {
  const reused = new Response(null, { headers: { 'Set-Cookie': 'session=1' } })
  const responses: Record<string, () => Response> = {
    'of the handler’s own': () => new Response('x', { headers: { 'Set-Cookie': 'session=1' } }),
    'whose headers cannot be changed': () => Response.redirect('http://localhost/elsewhere', 302),
    'that is used for every visitor': () => reused,
    'that streams': () => new Response(new Blob(['served']).stream()),
  }

  for (const [name, make] of Object.entries(responses)) {
    const others = make().headers.getSetCookie()

    it(`Hono: ${name}`, async () => {
      const app = new Hono()
      app.use(ofFetch.requestAnalytics(analytics, issue))
      app.get('/', make)
      for (let visitor = 0; visitor < 2; visitor++) {
        const { cookies } = await answerOf(await honoSite(app))
        expect(cookies).to.have.lengthOf(others.length + 1)
        expect(cookies).to.include.members(others)
        expect(cookies.at(-1)).to.match(issued)
      }
    })

    it(`withAnalytics: ${name}`, async () => {
      const GET = ofFetch.withAnalytics(analytics, make, issue)
      for (let visitor = 0; visitor < 2; visitor++) {
        const response = await GET(new Request('http://localhost/'))
        const cookies = response.headers.getSetCookie()
        expect(cookies).to.have.lengthOf(others.length + 1)
        expect(cookies.at(-1)).to.match(issued)
      }
    })
  }

  it('withAnalytics: one that no cookie can be added to is passed on', async () => {
    for (const response of [Response.error(), { status: 101, headers: new Headers() }, undefined]) {
      const GET = ofFetch.withAnalytics(analytics, () => response as Response, issue)
      expect(await GET(new Request('http://localhost/'))).to.equal(response)
    }
  })

  it('Hono: one that no cookie can be added to is passed on', async () => {
    const app = new Hono()
    app.use(ofFetch.requestAnalytics(analytics, issue))
    app.get('/', () => Response.error())
    expect(await app.request('/')).to.include({ status: 0, type: 'error' })
  })

  it('withAnalytics: one of another realm keeps status, headers and body', async () => {
    async function* body(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('ser')
      yield await Promise.resolve(Buffer.from('ved'))
    }
    const foreign = {
      status: 201,
      statusText: 'Made',
      headers: new Map([['x-a', 'b']]),
      body: body(),
    }
    const headers = Object.assign(foreign.headers, { getSetCookie: () => [] })
    const GET = ofFetch.withAnalytics(analytics, () => ({ ...foreign, headers }) as never, issue)
    const response = await GET(new Request('http://localhost/'))
    expect(response).to.include({ status: 201, statusText: 'Made' })
    expect(response.headers.get('x-a')).to.equal('b')
    expect(await response.text()).to.equal('served')
    expect(response.headers.getSetCookie()).to.have.lengthOf(1)
  })

  it('Hono: if the handler fails', async () => {
    const app = new Hono()
    app.use(ofFetch.requestAnalytics(analytics, issue))
    app.onError((_error, context) => context.text('failed', 500))
    app.get('/', () => {
      throw new Error('thrown')
    })
    const { status, cookies } = await answerOf(await honoSite(app))
    expect(status).to.equal(500)
    expect(cookies).to.have.lengthOf(1)
  })

  it('a handler that forgets the visitor has the last word', async () => {
    const app = new Hono()
    app.use(ofFetch.requestAnalytics(analytics, issue))
    app.get('/', (context) => {
      const response = new Response()
      forgetUser(context.req.raw, response)
      return response
    })
    const { cookies } = await answerOf(await honoSite(app))
    const kept = cookies.filter((cookie) => !cookie.includes('Max-Age=0'))
    expect(kept).to.deep.equal([])
  })

  it('a handler that ensures an id itself gets the same, in one cookie', async () => {
    let ids: unknown[] = []
    const app = new Hono<{ Variables: { analytics: BoundAnalytics } }>()
    app.use(ofFetch.requestAnalytics(analytics, issue))
    app.use(ofFetch.requestAnalytics(analytics, issue))
    app.get('/', (context) => {
      ids = [context.get('analytics').anonymousId, ensureAnonymousId(context, context)]
      return context.text('served')
    })
    const { cookies } = await answerOf(await honoSite(app))
    expect(cookies).to.have.lengthOf(1)
    expect(new Set([...ids, issued.exec(cookies[0]!)?.[1]])).to.have.property('size', 1)
  })
})

function honoSite(app: {
  fetch: (request: Request) => Response | Promise<Response>
}): Promise<Site> {
  return listening(
    createServer(async (request, response) => {
      await answerWith(response, await app.fetch(fetchRequestOf(request)))
    }),
  )
}
