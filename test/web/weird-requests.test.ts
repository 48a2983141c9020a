// Whatever a client sends: the request goes on, and the message that comes of it fits.

import { once } from 'node:events'
import {
  connect as connectHttp2,
  createServer as createHttp2Server,
  type Http2ServerRequest,
} from 'node:http2'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import { Analytics } from '../../lib/index.js'
import * as ofExpress from '../../lib/web/express.js'
import { warningsOf } from '../support/warnings.js'
import { send, sites } from './sites.js'
import { withSite } from './visits.js'

const cookie = 'Cookie: ajs_anonymous_id=anon-1'
const [host, close, end] = ['Host: localhost', 'Connection: close', ['', '']]
const utms = Array.from({ length: 100 }, (_, i) => `utm_p${i}=${'v'.repeat(100)}`).join('&')
const utf8 = (text: string): string => Buffer.from(text).toString('latin1')

/** Requests as lines, by what is odd about them. */
const requests: Record<string, readonly string[]> = {
  'HTTP/1.0 without a Host': ['GET /a HTTP/1.0', cookie],
  'an empty Host': ['GET /a HTTP/1.1', 'Host:', cookie, close],
  'a Host that is none': ['GET /a HTTP/1.1', 'Host: a b@c:d/e?f"<', cookie, close],
  'a Host of 10 KB': ['GET /a HTTP/1.1', `Host: ${'h'.repeat(10_000)}`, cookie, close],
  'an absolute target': ['GET http://evil.example/a?x=1 HTTP/1.1', host, cookie, close],
  'a path of two slashes': ['GET //evil.example/a HTTP/1.1', host, cookie, close],
  'a path that is no URL encoding': ['GET /%zz?utm_source=%zz HTTP/1.1', host, cookie, close],
  'OPTIONS *': ['OPTIONS * HTTP/1.1', host, cookie, close],
  'a URL of 15 KB': [`GET /a?x=${'y'.repeat(15_000)} HTTP/1.1`, host, cookie, close],
  'a URL of 15 KB in quotes': [`GET /a?"=${'"'.repeat(15_000)} HTTP/1.1`, host, cookie, close],
  'a hundred utm_ parameters': [`GET /a?${utms} HTTP/1.1`, host, cookie, close],
  'utm_ parameters of control characters': [
    `GET /a?utm_source=${'%00'.repeat(4_900)} HTTP/1.1`,
    host,
    cookie,
    close,
  ],
  'utm_ parameters named after prototypes': [
    'GET /a?utm___proto__=x&utm_constructor=y&utm_=z&utm___proto__[polluted]=1 HTTP/1.1',
    host,
    cookie,
    close,
  ],
  'a referrer of UTF-8': [
    'GET /a HTTP/1.1',
    host,
    cookie,
    utf8('Referer: https://example.com/ä 🙂'),
    close,
  ],
  'a long referrer of UTF-8': [
    'GET /a HTTP/1.1',
    host,
    cookie,
    utf8(`Referer: https://example.com/${'日'.repeat(4_900)}`),
    close,
  ],
  'headers twice': [
    'GET /a HTTP/1.1',
    host,
    cookie,
    'User-Agent: one',
    'User-Agent: two',
    'Referer: https://one.example/',
    'Referer: https://two.example/',
    'Accept-Language: de',
    'Accept-Language: en',
    close,
  ],
  'empty headers': ['GET /a HTTP/1.1', host, cookie, 'User-Agent:', 'Referer:', close],
}

describe('odd requests', () => {
  for (const [name, start] of Object.entries(sites)) {
    // An adapter between Node and Fetch has refused most of them, or made URLs of them.
    if (name === 'Hono') continue

    for (const [what, lines] of Object.entries(requests)) {
      it(`${name}: ${what}`, async () => {
        const warnings = await warningsOf(() =>
          withSite(start, { options: { issue: true } }, async ({ site, messages }) => {
            const plain = await withoutUs(name, lines)
            const { status } = await send(site.port, [...lines, ...end])
            expect(status).to.equal(plain)
            // Where the framework itself has refused the request nobody has tracked it.
            if (status >= 400) return
            const [message] = await messages()
            expect(message).to.have.property('anonymousId', 'anon-1')
            // A third of the 32 KiB is left for what the app has to say.
            expect(Buffer.byteLength(JSON.stringify(message))).to.be.lessThan(22_000)
            expect(Object.getPrototypeOf(message!.context)).to.equal(Object.prototype)
            expect(({} as Record<string, unknown>).polluted).to.equal(undefined)
          }),
        )
        expect(warnings.map(({ message }) => message)).to.deep.equal([])
      })
    }
  }

  it('are reported correctly', () =>
    withSite(sites['node:http']!, {}, async ({ site, messages }) => {
      const contextOf = async (name: string): Promise<Record<string, unknown>> => {
        await send(site.port, [...requests[name]!, ...end])
        return (await messages()).at(-1)!.context as Record<string, unknown>
      }
      expect(await contextOf('HTTP/1.0 without a Host')).to.deep.include({
        page: { path: '/a', search: '' },
      })
      expect(await contextOf('an absolute target')).to.deep.include({
        page: { path: '/a', search: '?x=1', url: 'http://localhost/a?x=1' },
      })
      expect(await contextOf('a path of two slashes')).to.deep.include({
        page: {
          path: '//evil.example/a',
          search: '',
          url: 'http://localhost//evil.example/a',
        },
      })
      expect(await contextOf('OPTIONS *')).to.deep.include({ page: { path: '*', search: '' } })
      expect(await contextOf('a referrer of UTF-8')).to.deep.include({
        page: {
          path: '/a',
          search: '',
          url: 'http://localhost/a',
          referrer: 'https://example.com/ä 🙂',
        },
      })
      expect(await contextOf('utm_ parameters named after prototypes')).to.deep.include({
        campaign: { constructor: 'y', '__proto__[polluted]': '1' },
      })
      expect(await contextOf('headers twice')).to.include({ userAgent: 'one', locale: 'de' })
      expect(await contextOf('empty headers')).not.to.have.any.keys('userAgent', 'referrer')
    }))
})

/** What the same site answers without the middleware having anything to do: its calls are ignored. */
async function withoutUs(name: string, lines: readonly string[]): Promise<number> {
  const analytics = new Analytics({ writeKey: 'abc123', disable: true })
  const site = await sites[name]!({ analytics, serve: () => undefined })
  try {
    return (await send(site.port, [...lines, ...end])).status
  } finally {
    await site.close()
  }
}

describe('requests that no client has sent', () => {
  it('whose headers are lists, and which have no socket', () =>
    withSite(sites['node:http']!, {}, async ({ analytics, messages }) => {
      const middleware = ofExpress.requestAnalytics(analytics)
      const request = {
        url: '/a',
        headers: {
          host: ['localhost', 'other'],
          cookie: ['theme=dark', 'ajs_anonymous_id=anon-1'],
          'user-agent': ['one', 'two'],
          referer: [],
          'accept-language': [42],
        },
      } as unknown as ofExpress.ExpressLikeRequest
      middleware(request, {} as never, () => request.analytics!.track({ event: 'Visited' }))
      const [message] = await messages()
      expect(message).to.have.property('anonymousId', 'anon-1')
      const { library, ...context } = message!.context!
      expect(library).to.have.property('name', 'selfsame')
      expect(context).to.deep.equal({
        page: { path: '/a', search: '', url: 'http://localhost/a' },
        userAgent: 'one',
      })
    }))

  it('whose getters throw cost the context, and are warned of', async () => {
    const warnings = await warningsOf(() =>
      withSite(sites['node:http']!, {}, async ({ analytics, messages }) => {
        const middleware = ofExpress.requestAnalytics(analytics)
        const request = {
          headers: { cookie: 'ajs_anonymous_id=anon-1' },
          get ip(): string {
            throw new Error('no trust')
          },
        } as unknown as ofExpress.ExpressLikeRequest
        middleware(request, {} as never, () => request.analytics!.track({ event: 'Visited' }))
        const [message] = await messages()
        expect(message).to.have.property('anonymousId', 'anon-1')
        expect(message!.context).to.have.keys('library')
      }),
    )
    expect(warnings.map(({ message }) => message)[0]).to.match(
      /the context of the request threw: Error: no trust/,
    )
  })

  it('HTTP/2', () =>
    withSite(sites['node:http']!, {}, async ({ analytics, messages }) => {
      const middleware = ofExpress.requestAnalytics(analytics, { issue: true })
      const server = createHttp2Server((request, response) => {
        const [asked, answer] = [request, response] as unknown as Parameters<typeof middleware>
        middleware(asked, answer, () => {
          asked.analytics!.track({ event: 'Visited' })
          response.end('served')
        })
      })
      server.listen(0, '127.0.0.1')
      await once(server, 'listening')
      const { port } = server.address() as AddressInfo
      const client = connectHttp2(`http://127.0.0.1:${port}`)
      const stream = client.request({ ':path': '/a?b=c', 'user-agent': 'h2' })
      const [headers] = (await once(stream, 'response')) as [Record<string, unknown>]
      client.destroy()
      server.close()
      const [message] = await messages()
      expect(headers['set-cookie']).to.have.lengthOf(1)
      expect(headers['set-cookie']).to.match(new RegExp(`=${message!.anonymousId};`))
      expect(message!.context).to.deep.include({
        ip: '127.0.0.1',
        userAgent: 'h2',
        page: { path: '/a', search: '?b=c', url: `http://127.0.0.1:${port}/a?b=c` },
      })
    }))

  it('HTTP/2, from a client that has disconnected', async () => {
    let bound: unknown
    const analytics = new Analytics({ writeKey: 'abc123', disable: true })
    const middleware = ofExpress.requestAnalytics(analytics, { issue: true })
    const server = createHttp2Server()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const client = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    client.on('error', () => undefined)
    client.request({ ':path': '/' }).on('error', () => undefined)
    const [request, response] = (await once(server, 'request')) as Parameters<typeof middleware>
    client.destroy()
    await once((request as unknown as Http2ServerRequest).stream, 'close')
    middleware(request, response, () => (bound = request.analytics))
    server.close()
    expect(bound).not.to.equal(undefined)
  })
})
