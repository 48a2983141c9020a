// A visitor gets one id, in one cookie, whatever framework and whatever was in the cookie before.
import { parseSetCookie } from 'cookie'
import { expect } from 'chai'
import express from 'express'
import type { AddressInfo } from 'node:net'
import { ensureAnonymousId, readAnonymousId, rudderstack } from '../../lib/browser-ids/index.js'
import { BrowserJar, readByClassic, readByNext } from './browser-jar.js'
import {
  fastifyReply,
  fetchHeaders,
  fetchResponse,
  koaContext,
  nodeRequest,
  nodeResponse,
  overHttp,
} from './responses.js'
import { amplitudeNew } from './sdk-encoders.js'

const OTHER = 'session=s; Path=/; HttpOnly'

describe('a new anonymous id', () => {
  const frameworks = {
    'a Node response': () => {
      const request = nodeRequest()
      return { request, ...nodeResponse(request) }
    },
    'a Koa context': () => {
      const { context, setCookies } = koaContext()
      return { request: context, response: context, setCookies }
    },
    "a Koa context's request and response": () => {
      const { context, setCookies } = koaContext()
      const { request, response } = context as { request: object; response: object }
      return { request, response, setCookies }
    },
    'a Fastify reply': () => {
      const { response, setCookies } = fastifyReply()
      return { request: (response as { request: object }).request, response, setCookies }
    },
    'Fetch Headers': () => ({
      request: new Request('http://app.example.test/'),
      ...fetchHeaders(),
    }),
    'a Fetch Response': () => ({
      request: new Request('http://app.example.test/'),
      ...fetchResponse(),
    }),
    'a Hono context': () => {
      const { response, setCookies } = fetchResponse()
      const raw = new Request('http://app.example.test/')
      const context = { req: { raw, header: () => undefined }, res: response }
      return { request: context, response: context, setCookies }
    },
  }
  for (const [name, make] of Object.entries(frameworks)) {
    it(`is set once on ${name}`, () => {
      const { request, response, setCookies } = make()
      const id = ensureAnonymousId(request, response)
      expect(ensureAnonymousId(request, response)).to.equal(id)
      expect(setCookies()).to.deep.equal([
        `ajs_anonymous_id=${id}; Max-Age=31536000; Domain=example.test; Path=/; SameSite=Lax`,
      ])
    })
  }

  it('is the same for a context and for the request inside it', () => {
    const { context, setCookies } = koaContext()
    const { req, res } = context as { req: object; res: object }
    expect(ensureAnonymousId(context, context)).to.equal(ensureAnonymousId(req, res))
    expect(setCookies()).to.have.length(1)
  })

  it('is the same for an equal request, as long as the response is the same', () => {
    const { response, setCookies } = nodeResponse()
    const id = ensureAnonymousId(nodeRequest(), response)
    expect(ensureAnonymousId(nodeRequest(), response)).to.equal(id)
    expect(ensureAnonymousId('theme=dark', response)).to.equal(id)
    expect(setCookies()).to.have.length(1)
  })

  it('is the same if another response object is used', () => {
    const request = new Request('http://app.example.test/')
    const [first, second] = [fetchHeaders(), fetchHeaders()]
    expect(ensureAnonymousId(request, first.response)).to.equal(
      ensureAnonymousId(request, second.response),
    )
    expect(second.setCookies()).to.deep.equal(first.setCookies())
  })

  it('that the app sets itself is taken', () => {
    const { response, setCookies } = nodeResponse()
    response.setHeader('Set-Cookie', 'ajs_anonymous_id=%22own%22; Path=/')
    expect(ensureAnonymousId(nodeRequest(), response)).to.equal('own')
    expect(setCookies()).to.have.length(1)
  })

  it('keeps other Set-Cookie headers, one or many', () => {
    for (const before of [OTHER, [OTHER], [OTHER, 'b=c']]) {
      const { response, setCookies } = nodeResponse()
      response.setHeader('set-cookie', before)
      ensureAnonymousId(nodeRequest(), response)
      expect(setCookies().slice(0, -1)).to.deep.equal([before].flat())
    }
    const { response, setCookies } = fetchHeaders()
    response.append('Set-Cookie', OTHER)
    response.append('Set-Cookie', 'b=c')
    ensureAnonymousId(new Request('http://a.test/'), response)
    expect(setCookies().slice(0, 2)).to.deep.equal([OTHER, 'b=c'])
    const fastify = fastifyReply()
    ;(fastify.response as { raw: { setHeader(name: string, value: string): void } }).raw.setHeader(
      'set-cookie',
      OTHER,
    )
    ensureAnonymousId(nodeRequest(), fastify.response)
    expect(fastify.setCookies()).to.have.length(2).and.include(OTHER)
  })

  it('is written as JSON for the classic analytics.js', () => {
    const { response, setCookies } = nodeResponse()
    const id = ensureAnonymousId(nodeRequest(), response, { classic: true, secure: true })
    expect(setCookies()[0]).to.match(new RegExp(`^ajs_anonymous_id=%22${id}%22; .*; Secure;`))
    const value = /=([^;]*)/.exec(setCookies()[0]!)![1]!
    expect(readByNext(value)).to.equal(id)
    expect(readByClassic(value)).to.equal(id)
    expect(readAnonymousId(`ajs_anonymous_id=${value}`)).to.equal(id)
  })
})

describe('the domain of the cookie', () => {
  const domainFor = (request: object, options = {}): string | undefined => {
    const { response, setCookies } = nodeResponse()
    ensureAnonymousId(request, response, options)
    return parseSetCookie(setCookies()[0]!).domain
  }

  it('follows the Host header', () => {
    expect(domainFor(nodeRequest({ host: 'shop.example.co.uk:3000' }))).to.equal('example.co.uk')
    expect(domainFor(nodeRequest({ host: 'me.github.io' }))).to.equal('me.github.io')
    expect(domainFor(nodeRequest({ host: 'localhost:3000' }))).to.equal(undefined)
    expect(domainFor(nodeRequest({ host: '[::1]:3000' }))).to.equal(undefined)
    expect(domainFor(nodeRequest({ host: undefined, ':authority': 'a.example.com' }))).to.equal(
      'example.com',
    )
  })

  it('is the one that is asked for', () => {
    expect(domainFor(nodeRequest(), { domain: '.app.example.test' })).to.equal('app.example.test')
  })

  it('follows what the framework trusts, not a header by itself', () => {
    const forwarded = nodeRequest({ 'x-forwarded-host': 'evil.test' })
    expect(domainFor(forwarded)).to.equal('example.test')
    expect(domainFor(Object.assign(forwarded, { hostname: 'www.behind.test' }))).to.equal(
      'behind.test',
    )
  })

  it('follows a real Express that trusts its proxy', async () => {
    const app = express().set('trust proxy', true)
    app.get('/', (request, response) => {
      response.cookie('own', '1')
      response.send(ensureAnonymousId(request, response))
    })
    const server = app.listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const { port } = server.address() as AddressInfo
    const answer = await fetch(`http://127.0.0.1:${port}/`, {
      headers: { 'x-forwarded-host': 'www.shop.test' },
    })
    const id = await answer.text()
    server.close()
    expect(answer.headers.getSetCookie()).to.deep.equal([
      'own=1; Path=/',
      `ajs_anonymous_id=${id}; Max-Age=31536000; Domain=shop.test; Path=/; SameSite=Lax`,
    ])
  })

  it('is undefined for what a client made up', () => {
    for (const host of ['evil.test; HttpOnly', 'a\nb.test', '..', 'x'.repeat(10_000), '[', '%']) {
      expect(domainFor(nodeRequest({ host })), host.slice(0, 20)).to.equal(undefined)
    }
  })

  it('is that of the URL if a Fetch Request has no Host header, and undefined without a host', () => {
    const { response, setCookies } = fetchHeaders()
    ensureAnonymousId(new Request('https://www.example.org:8443/x'), response)
    expect(parseSetCookie(setCookies()[0]!).domain).to.equal('example.org')
    const bare = fetchHeaders()
    ensureAnonymousId('', bare.response)
    expect(parseSetCookie(bare.setCookies()[0]!).domain).to.equal(undefined)
  })
})

describe('a cookie that holds no id', () => {
  for (const value of ['null', '', '%22%22', 'x'.repeat(300), 'a%00b', '%FF']) {
    for (const where of ['', '; Domain=example.test']) {
      it(`${value.slice(0, 10)}${where} is replaced, and the browser holds one`, () => {
        const jar = new BrowserJar('app.example.test')
        jar.store([`ajs_anonymous_id=${value}; Path=/${where}`])
        const { response, setCookies } = nodeResponse()
        const id = ensureAnonymousId(nodeRequest({ cookie: jar.header() }), response)
        jar.store(setCookies())
        expect(jar.named('ajs_anonymous_id')).to.deep.equal([
          { name: 'ajs_anonymous_id', value: id, domain: 'example.test', hostOnly: false },
        ])
        const again = nodeResponse()
        expect(ensureAnonymousId(nodeRequest({ cookie: jar.header() }), again.response)).to.equal(
          id,
        )
        expect(again.setCookies()).to.deep.equal([])
      })
    }
  }

  it('does no harm beside one that does', () => {
    const { response, setCookies } = nodeResponse()
    const request = nodeRequest({ cookie: 'ajs_anonymous_id=null; ajs_anonymous_id=good' })
    expect(ensureAnonymousId(request, response)).to.equal('good')
    expect(setCookies()).to.deep.equal([])
  })
})

describe('with other SDKs listed', () => {
  it('their id is taken, and the one issued before is found again', () => {
    const { response, setCookies } = nodeResponse()
    const sdks = [rudderstack()]
    expect(ensureAnonymousId('rl_anonymous_id=r', response, { sdks })).to.equal('r')
    expect(ensureAnonymousId('ajs_anonymous_id=a', response, { sdks })).to.equal('a')
    expect(setCookies()).to.deep.equal([])
  })

  it('one who opted out gets an id for this request alone', () => {
    const cookie = `AMP_a1b2c3d4e5=${amplitudeNew({ deviceId: 'd', optOut: true })}; ajs_anonymous_id=a`
    const request = nodeRequest({ cookie })
    const { response, setCookies } = nodeResponse(request)
    const id = ensureAnonymousId(request, response, { sdks: ['amplitude'] })
    expect(id).to.not.be.oneOf(['a', 'd'])
    expect(ensureAnonymousId(request, response, { sdks: ['amplitude'] })).to.equal(id)
    expect(setCookies()).to.deep.equal([])
  })
})

describe('once the headers were sent', () => {
  it('an id is given for the request, nothing throws, nothing is set', async () => {
    const { setCookies, body } = await overHttp((request, response) => {
      response.write('x')
      const id = ensureAnonymousId(request, response)
      response.end(String(id === ensureAnonymousId(request, response)))
    })
    expect(body).to.equal('xtrue')
    expect(setCookies).to.deep.equal([])
  })
})
