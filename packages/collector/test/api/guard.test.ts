// Who may ask: hosts, origins, the token, and what changes something.
import { expect } from 'chai'
import type { IncomingHttpHeaders } from 'node:http'
import { ApiError } from '../../lib/api/exchange/api-error.js'
import type { ApiAnswer, ApiRequest } from '../../lib/api/exchange/request.js'
import { Guard, type GuardOptions } from '../../lib/api/guard/guard.js'
import { isOwnHost } from '../../lib/api/guard/hosts.js'

function request(
  headers: IncomingHttpHeaders,
  { method = 'GET', target = '/_/messages' } = {},
): ApiRequest {
  const url = new URL(target, 'http://localhost')
  return {
    method,
    path: target.split('?', 1)[0]!,
    query: url.searchParams,
    headers: { host: '127.0.0.1:8877', ...headers },
    json: () => Promise.resolve(undefined),
    signal: new AbortController().signal,
  }
}

/** The status it is refused with, 'ok', or the answer that is given instead. */
function verdict(
  asked: ApiRequest,
  { host = '127.0.0.1', hosts = [], token }: Partial<GuardOptions> = {},
): number | 'ok' | ApiAnswer {
  try {
    return new Guard({ host, hosts, token }).check(asked) ?? 'ok'
  } catch (error) {
    if (error instanceof ApiError) return error.status
    throw error
  }
}

describe('the Host header', () => {
  const own = `localhost LOCALHOST:8877 app.localhost:1 localhost. 127.0.0.1 127.0.0.1:8877 127.1.2.3 [::1] [::1]:8877
    192.168.1.7:8877 [fe80::1]:80 collector collector:8877 Collector`
  for (const host of own.split(/\s+/)) {
    it(`${host} is answered`, () => {
      expect(isOwnHost(host, ['collector'])).to.equal(true)
    })
  }

  const foreign = [
    'evil.example',
    'localhost.evil.example',
    'evil.example:8877',
    '127.0.0.1.evil.example',
    'collector.evil.example',
    'notlocalhost',
    'a@localhost',
    'localhost/x',
    'localhost:8877:1',
    '[localhost]',
    '[::1',
    'localhost evil.example',
    '1.2.3.4.5',
    '',
    undefined,
  ]
  for (const host of foreign) {
    it(`${String(host)} is refused`, () => {
      expect(isOwnHost(host, ['collector'])).to.equal(false)
      expect(verdict(request({ host }))).to.equal(403)
    })
  }
})

describe('a collector that other machines can reach', () => {
  for (const host of [
    '0.0.0.0',
    '::',
    '192.168.1.7',
    'box.example',
    '127.example',
    '127.0.0.1.nip.io',
  ]) {
    it(`on ${host} answers nobody without a token`, () => {
      expect(verdict(request({}), { host })).to.equal(403)
      expect(verdict(request({}), { host, token: 't' })).to.equal(401)
      const authorization = 'Bearer t'
      expect(verdict(request({ authorization }), { host, token: 't' })).to.equal('ok')
    })
  }

  for (const host of ['127.0.0.1', '127.0.0.2', '::1', 'localhost']) {
    it(`is none on ${host}`, () => {
      expect(verdict(request({}), { host })).to.equal('ok')
    })
  }

  it('is reached by the name that it listens on', () => {
    const authorization = 'Bearer t'
    const asked = request({ authorization, host: 'box.example:8877' })
    expect(verdict(asked, { host: 'box.example', token: 't' })).to.equal('ok')
    expect(verdict(asked, { host: 'other.example', token: 't' })).to.equal(403)
  })
})

describe('the origin of a request', () => {
  const own: IncomingHttpHeaders[] = [
    {},
    { origin: 'http://127.0.0.1:8877' },
    { origin: 'http://127.0.0.1:8877', 'sec-fetch-site': 'same-origin' },
    { host: 'localhost', origin: 'http://localhost' },
    { host: 'localhost', origin: 'https://localhost' },
    { host: 'localhost:80', origin: 'http://localhost' },
    { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
    { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
  ]
  for (const headers of own) {
    it(`${JSON.stringify(headers)} is answered`, () => {
      expect(verdict(request(headers))).to.equal('ok')
    })
  }

  const foreign: IncomingHttpHeaders[] = [
    { origin: 'http://evil.example' },
    { origin: 'http://evil.example:8877' },
    { origin: 'http://127.0.0.1:3000' },
    { origin: 'http://127.0.0.1' },
    { origin: 'null' },
    { origin: '' },
    { origin: 'http://127.0.0.1:8877.evil.example' },
    { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'script' },
    { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'cors' },
    { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' },
  ]
  for (const headers of foreign) {
    it(`${JSON.stringify(headers)} is refused, whatever it asks`, () => {
      expect(verdict(request(headers))).to.equal(403)
      const json = { ...headers, 'content-type': 'application/json' }
      expect(verdict(request(json, { method: 'POST' }))).to.equal(403)
    })
  }

  it('may not follow a link to something that changes', () => {
    const headers = {
      'sec-fetch-site': 'cross-site',
      'sec-fetch-mode': 'navigate',
      'sec-fetch-dest': 'document',
      'content-type': 'application/json',
    }
    expect(verdict(request(headers, { method: 'POST' }))).to.equal(403)
  })
})

describe('a request that changes something', () => {
  for (const method of ['POST', 'PUT', 'DELETE', 'PATCH']) {
    it(`${method} needs what a form cannot send`, () => {
      const with_ = (headers: IncomingHttpHeaders) => verdict(request(headers, { method }))
      expect(with_({})).to.equal(415)
      expect(with_({ 'content-type': 'text/plain' })).to.equal(415)
      expect(with_({ 'content-type': 'application/x-www-form-urlencoded' })).to.equal(415)
      expect(with_({ 'content-type': 'text/plain; application/json' })).to.equal(415)
      expect(with_({ 'content-type': 'Application/JSON; charset=utf-8' })).to.equal('ok')
      expect(with_({ 'x-selfsame': '1' })).to.equal('ok')
    })
  }
})

describe('the token', () => {
  const token = 'a long secret: with a colon'
  const check = (headers: IncomingHttpHeaders, target?: string) =>
    verdict(request(headers, target === undefined ? {} : { target }), { token })
  const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`

  it('is asked for', () => {
    expect(check({})).to.equal(401)
    expect(check({ authorization: 'Bearer wrong' })).to.equal(401)
    expect(check({ authorization: basic('wrong:') })).to.equal(401)
    expect(check({}, '/_/messages?token=wrong')).to.equal(401)
    expect(check({}, '/_/messages?token=')).to.equal(401)
  })

  it('is asked for in words that a browser understands, and that do not tell it', () => {
    try {
      new Guard({ host: '127.0.0.1', hosts: [], token }).check(request({}))
      expect.fail('it was answered')
    } catch (error) {
      const { headers, body } = (error as ApiError).answer
      expect(headers['www-authenticate']).to.match(/^Basic realm=/)
      expect(body).to.not.include('secret')
    }
  })

  it('is taken as Bearer, as the username of Basic, and from the query', () => {
    const plain = 'plain-token'
    const plainCheck = (headers: IncomingHttpHeaders, target = '/_/messages') =>
      verdict(request(headers, { target }), { token: plain })
    expect(plainCheck({ authorization: 'Bearer plain-token' })).to.equal('ok')
    expect(plainCheck({ authorization: 'bearer  plain-token ' })).to.equal('ok')
    expect(plainCheck({ authorization: basic('plain-token:') })).to.equal('ok')
    expect(plainCheck({ authorization: basic('plain-token:ignored') })).to.equal('ok')
    expect(plainCheck({}, '/_/messages?token=plain-token')).to.equal('ok')
    expect(plainCheck({ authorization: 'Bearer plain-token x' })).to.equal(401)
    expect(plainCheck({ authorization: 'Digest plain-token' })).to.equal(401)
  })

  it('in the address of a page becomes a cookie, and leaves the address', () => {
    const target = `/people?token=${encodeURIComponent(token)}&q=u1`
    const answer = check({ accept: 'text/html,*/*' }, target) as ApiAnswer
    expect(answer.status).to.equal(303)
    expect(answer.headers.location).to.equal('/people?q=u1')
    expect(answer.headers['referrer-policy']).to.equal('no-referrer')
    const cookie = answer.headers['set-cookie']!
    expect(cookie).to.match(/^selfsame_[\da-f]{8}=[\da-f]{64}; Path=\/; HttpOnly; SameSite=Strict$/)
    expect(cookie).to.not.include('secret')
    const [pair = ''] = cookie.split(';')
    expect(check({ cookie: `a=b; ${pair}; c=d` })).to.equal('ok')
    expect(check({ cookie: pair.slice(0, -1) })).to.equal(401)
    expect(check({ cookie: pair.replace('selfsame_', 'selfsame') })).to.equal(401)
    expect(verdict(request({ cookie: pair }), { token: 'another' })).to.equal(401)
  })

  it('leads to no other host', () => {
    for (const path of ['//evil.example/', '/\\evil.example/', '///evil.example']) {
      const headers = { accept: 'text/html' }
      const asked = { ...request(headers, { target: '/?token=t' }), path }
      const answer = verdict(asked, { token: 't' }) as ApiAnswer
      expect(answer.headers.location).to.equal(path.replace(/^[/\\]+/, '/'))
      expect(new URL(answer.headers.location!, 'http://127.0.0.1').host).to.equal('127.0.0.1')
    }
  })

  it('does not help a page of another origin, or a host that is not ours', () => {
    const authorization = basic('t:')
    const all = { authorization, origin: 'http://evil.example' }
    expect(verdict(request(all), { token: 't' })).to.equal(403)
    expect(verdict(request({ authorization, host: 'evil.example' }), { token: 't' })).to.equal(403)
  })
})
