// Requests and responses with getters and Proxies that throw, as frameworks have them: never an error of ours.

import { expect } from 'chai'
import {
  ensureAnonymousId,
  forgetUser,
  linkUser,
  readAnonymousId,
  readIdentity,
} from '../../lib/browser-ids/index.js'
import { fetchHeaders, nodeRequest, nodeResponse } from './responses.js'

const cookie = 'ajs_anonymous_id=anon-1'

function fail(): never {
  throw new Error('accepts an async API directly with the form: …')
}

/** Next.js hands this to proxy.ts: a Request whose deprecated members throw. */
class NextRequestHint extends Request {
  get request(): never {
    return fail()
  }

  respondWith(): never {
    return fail()
  }
}

function revoked(target: object): object {
  const { proxy, revoke } = Proxy.revocable(target, {})
  revoke()
  return proxy
}

const throwing = {
  'a getter a member': Object.defineProperties(
    {},
    Object.fromEntries(
      ['raw', 'req', 'request', 'headers', 'hostname', 'cookies', 'url', 'get', 'has'].map(
        (name) => [name, { get: fail }],
      ),
    ),
  ),
  'a Proxy that refuses everything': new Proxy(
    {},
    { get: fail, has: fail, ownKeys: fail, getOwnPropertyDescriptor: fail, getPrototypeOf: fail },
  ),
  'a Proxy that refuses to be read': new Proxy({}, { get: fail }),
  'a revoked Proxy': revoked({}),
  'a revoked Proxy of a list': revoked([]),
  'headers that are a revoked Proxy': { headers: revoked({}) },
  'headers whose get() throws': { headers: { get: fail, has: fail } },
  'a cookie that is a revoked Proxy': { headers: { cookie: revoked([]) } },
  'parsed cookies that are a revoked Proxy': { headers: {}, cookies: revoked({}) },
} as const

describe('a NextRequest', () => {
  const visit = (headers = {}) => new NextRequestHint('https://app.example.test/', { headers })

  it('is read', () => {
    expect(readAnonymousId(visit({ cookie }))).to.equal('anon-1')
  })

  it('gets an anonymous id, and the same one again', () => {
    const request = visit()
    const { response, setCookies } = fetchHeaders()
    const id = ensureAnonymousId(request, response)
    expect(setCookies()).to.deep.equal([
      `ajs_anonymous_id=${id}; Max-Age=31536000; Domain=example.test; Path=/; SameSite=Lax`,
    ])
    expect(ensureAnonymousId(request, fetchHeaders().response)).to.equal(id)
  })

  it('is linked and forgotten', () => {
    const { response, setCookies } = fetchHeaders()
    expect(linkUser(response, 'u1', { request: visit() })).to.equal(true)
    expect(setCookies()[0]).to.match(/^ajs_user_id=u1; .*Domain=example.test/)
    expect(forgetUser(visit(), response)).to.equal(true)
  })
})

describe('a request that throws when it is looked at', () => {
  for (const [name, request] of Object.entries(throwing)) {
    it(`has no ids: ${name}`, () => {
      expect(readIdentity(request)).to.deep.equal({ source: undefined })
      expect(readAnonymousId(request)).to.equal(undefined)
    })

    it(`gets cookies of the host alone: ${name}`, () => {
      const { response, setCookies } = fetchHeaders()
      const id = ensureAnonymousId(request, response)
      linkUser(response, 'u1', { request })
      expect(setCookies()).to.deep.equal([
        `ajs_anonymous_id=${id}; Max-Age=31536000; Path=/; SameSite=Lax`,
        'ajs_user_id=u1; Max-Age=31536000; Path=/; SameSite=Lax',
      ])
      expect(forgetUser(request, response)).to.equal(true)
    })
  }

  it('is still read if only something else throws', () => {
    const headers = Object.assign(Object.create(null) as object, { cookie })
    const request = Object.defineProperty({ headers }, 'hostname', { get: fail })
    expect(readAnonymousId(request)).to.equal('anon-1')
  })
})

describe('a response that throws', () => {
  const methods = { getHeader: fail, setHeader: fail, header: fail, removeHeader: fail }
  const responses: Record<string, object> = {
    'when it is looked at': new Proxy({}, { get: fail }),
    'because it is a revoked Proxy': revoked(nodeResponse().response),
    'when it is written to': { getHeader: () => undefined, setHeader: fail },
    'whatever is done': methods,
    'like a Fastify reply whose raw is gone': {
      ...methods,
      setHeader: undefined,
      raw: revoked({}),
    },
    'when it is read, with Fetch headers': {
      headers: { append: fail, delete: () => undefined, getSetCookie: fail },
    },
  }
  for (const [name, response] of Object.entries(responses)) {
    it(`takes no cookie: ${name}`, () => {
      expect(ensureAnonymousId(nodeRequest(), response)).to.be.a('string')
      expect(linkUser(response, 'u1', { request: nodeRequest() })).to.equal(false)
      expect(forgetUser(nodeRequest(), response)).to.equal(false)
    })
  }
})
