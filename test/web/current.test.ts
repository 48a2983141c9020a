// currentAnalytics(): a request's analytics wherever its work goes on, and nothing elsewhere.

import { EventEmitter, once } from 'node:events'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import express from 'express'
import Fastify, { type FastifyRequest } from 'fastify'
import { Analytics, currentAnalytics } from '../../lib/index.js'
import * as ofExpress from '../../lib/web/express.js'
import * as ofFastify from '../../lib/web/fastify.js'
import * as ofFetch from '../../lib/web/fetch.js'
import { ask, listening, listeningFastify, sites } from './sites.js'
import { withSite } from './visits.js'

const analytics = new Analytics({ writeKey: 'abc123', disable: true })
const cookies = { Cookie: 'ajs_anonymous_id=anon-1' }
const large = 'x'.repeat(300_000)

describe('currentAnalytics()', () => {
  it('is undefined outside of a request', async () => {
    expect(currentAnalytics()).to.equal(undefined)
    await sleep(1)
    expect(currentAnalytics()).to.equal(undefined)
  })

  it('leaves alone a request or response that cannot be changed', () => {
    const middleware = ofExpress.requestAnalytics(analytics)
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    const getter = Object.defineProperty({}, 'emit', {
      get() {
        throw new Error('thrown')
      },
    })
    for (const response of [Object.freeze(new EventEmitter()), proxy, getter, {}]) {
      const request = Object.assign(new EventEmitter(), { headers: {}, url: '/' })
      let found: unknown
      middleware(request as never, response as never, () => (found = currentAnalytics()))
      expect(found)
        .to.equal((request as { analytics?: unknown }).analytics)
        .and.be.an('object')
      expect(Object.keys(request)).to.not.include('emit')
    }
  })

  for (const [name, start] of Object.entries(sites)) {
    it(`${name}: is the request's, in callbacks, timers, promises and events`, () => {
      const found: Record<string, unknown> = {}
      const look = (where: string, expected: unknown): void => {
        found[where] = currentAnalytics() === expected
      }
      return withSite(
        start,
        {
          serve: async ({ analytics }) => {
            look('at once', analytics)
            await new Promise((resolve) => setTimeout(resolve, 1))
            look('after a timer', analytics)
            await new Promise((resolve) => setImmediate(resolve))
            look('after an immediate', analytics)
            await new Promise<void>((resolve) => {
              process.nextTick(() => {
                look('in a tick', analytics)
                resolve()
              })
            })
            await Promise.all([sleep(2), Promise.resolve()]).then(() => look('then', analytics))
            const emitter = new EventEmitter()
            emitter.on('event', () => look('in a listener', analytics))
            emitter.emit('event')
          },
        },
        async ({ site }) => {
          await ask(site, '/', cookies)
          expect(Object.entries(found)).to.have.lengthOf(6)
          expect(new Set(Object.values(found))).to.deep.equal(new Set([true]))
          expect(currentAnalytics()).to.equal(undefined)
        },
      )
    })
  }

  it('is the same in the subpaths and in the package', () => {
    expect(ofExpress.currentAnalytics).to.equal(currentAnalytics)
    expect(ofFastify.currentAnalytics).to.equal(currentAnalytics)
    expect(ofFetch.currentAnalytics).to.equal(currentAnalytics)
  })

  it('is there in withAnalytics, and undefined after it', async () => {
    const GET = ofFetch.withAnalytics(analytics, async (_request, bound) => {
      await sleep(1)
      return new Response(String(currentAnalytics() === bound))
    })
    expect(await (await GET(new Request('http://localhost/'))).text()).to.equal('true')
    expect(currentAnalytics()).to.equal(undefined)
  })

  it('node:http: is there in listeners of the request and of its response', async () => {
    const found: Record<string, boolean> = {}
    const closed = new EventEmitter()
    const middleware = ofExpress.requestAnalytics(analytics)
    const server = createServer((request: ofExpress.ExpressLikeRequest, response) => {
      middleware(request, response, () => {
        const look = (where: string) => (): void => {
          found[where] = currentAnalytics() === request.analytics
        }
        request.on('data', look('data'))
        request.on('end', look('end'))
        request.on('end', () => response.end('served'))
        response.on('finish', look('finish'))
        response.on('close', look('close'))
        response.on('close', () => closed.emit('closed'))
      })
    })
    const site = await listening(server)
    const isClosed = once(closed, 'closed')
    await post(site.port, '/')
    await isClosed
    expect(found).to.deep.equal({ data: true, end: true, finish: true, close: true })
    await site.close()
  })

  it('node:http: is there after the client has disconnected', async () => {
    const closed = new EventEmitter()
    const middleware = ofExpress.requestAnalytics(analytics)
    const server = createServer((request: ofExpress.ExpressLikeRequest, response) => {
      middleware(request, response, () => {
        response.on('close', () => closed.emit('closed', currentAnalytics() === request.analytics))
        socket.destroy()
      })
    })
    const site = await listening(server)
    const isClosed = once(closed, 'closed')
    const socket = connect(site.port, '127.0.0.1')
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
    expect(await isClosed).to.deep.equal([true])
    await site.close()
  })

  it('Express: is there after a body parser, and in the error handler', async () => {
    const app = express()
    app.use(ofExpress.requestAnalytics(analytics))
    app.use(express.text({ limit: '200kb' }))
    app.post('/', (request, response) => {
      response.send(String(currentAnalytics() === request.analytics))
    })
    // Express tells handlers of errors by their four parameters.
    const failed: express.ErrorRequestHandler = (error, request, response, next) => {
      if (error === undefined) next()
      response.send(`failed, ${currentAnalytics() === request.analytics}`)
    }
    app.use(failed)
    const site = await listening(createServer(app))
    expect(await post(site.port, '/', 'x'.repeat(150_000))).to.equal('true')
    expect(await post(site.port, '/')).to.equal('failed, true')
    await site.close()
  })

  it('Fastify: is there after a body, in hooks, and if the app reads bodies in its own way', async () => {
    const found: Record<string, boolean> = {}
    const app = Fastify({ bodyLimit: 1_000_000 })
    void app.register(ofFastify.requestAnalytics(analytics))
    const answered = new EventEmitter()
    const look = (hook: string, { analytics }: FastifyRequest): void => {
      found[hook] = currentAnalytics() === analytics
    }
    app.addHook('preParsing', (request, _reply, payload, done) => {
      look('preParsing', request)
      done(null, payload)
    })
    app.addHook('preValidation', (request, _reply, done) => {
      look('preValidation', request)
      done()
    })
    app.addHook('onSend', (request, _reply, payload, done) => {
      look('onSend', request)
      done(null, payload)
    })
    app.addHook('onResponse', (request, _reply, done) => {
      look('onResponse', request)
      answered.emit('answered')
      done()
    })
    // From a stream that knows nothing of the request, as an unzipped body comes.
    const elsewhere = new EventEmitter()
    const ticking = setInterval(() => elsewhere.emit('tick'), 5)
    app.addContentTypeParser('text/odd', (_request, _payload, done) => {
      elsewhere.once('tick', () => done(null, ''))
    })
    app.post('/', (request) => String(currentAnalytics() === request.analytics))
    const { port, close } = await listeningFastify(app)
    const isAnswered = once(answered, 'answered')
    expect(await post(port, '/')).to.equal('true')
    await isAnswered
    expect(found).to.deep.equal({
      preParsing: true,
      preValidation: true,
      onSend: true,
      onResponse: true,
    })
    expect(await post(port, '/', 'x', 'text/odd')).to.equal('true')
    clearInterval(ticking)
    await close()
  })

  it('of two clients is the last one bound, in listeners too', async () => {
    let found: unknown[] = []
    const outer = ofExpress.requestAnalytics(analytics)
    const inner = ofExpress.requestAnalytics(new Analytics({ writeKey: 'other', disable: true }))
    const server = createServer((request: ofExpress.ExpressLikeRequest, response) => {
      outer(request, response, () => {
        const first = request.analytics
        inner(request, response, () => {
          found = [first === request.analytics, currentAnalytics() === request.analytics]
          request.resume().on('end', () => {
            found.push(currentAnalytics() === request.analytics)
            response.end()
          })
        })
      })
    })
    const site = await listening(server)
    await post(site.port, '/')
    expect(found).to.deep.equal([false, true, true])
    await site.close()
  })

  it('leaves a response alone that is no emitter', () => {
    const middleware = ofExpress.requestAnalytics(analytics)
    const request = { headers: cookies } as unknown as ofExpress.ExpressLikeRequest
    let served = false
    middleware(request, {} as never, () => (served = true))
    expect(served).to.equal(true)
  })
})

async function post(
  port: number,
  path: string,
  body = large,
  type = 'text/plain',
): Promise<string> {
  const headers = { 'Content-Type': type, Cookie: cookies.Cookie }
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', body, headers })
  return await answer.text()
}
