// Everything that carries cookies is read, from the raw header where there is one.
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import net from 'node:net'
import { expect } from 'chai'
import express from 'express'
import { readAnonymousId, readIdentity, type CookieSource } from '../../lib/browser-ids/index.js'

const COOKIE = 'theme=dark; ajs_anonymous_id=a%2520b'
const ID = 'a%20b'

describe('the ids of a request are read from', () => {
  const headers = { host: 'app.example.test', cookie: COOKIE }
  const node = { headers, url: '/path', method: 'GET' }
  const sources: Record<string, CookieSource> = {
    'a Cookie header': COOKIE,
    'several Cookie headers': ['theme=dark', 'ajs_anonymous_id=a%2520b'],
    'an object of headers': headers,
    'an object of headers, capitalised': { Cookie: COOKIE },
    'an object of headers, shouted': { COOKIE },
    'an object of headers without a prototype': Object.assign(
      Object.create(null) as object,
      headers,
    ),
    'an object of header lists': { cookie: ['theme=dark', 'ajs_anonymous_id=a%2520b'] },
    'Fetch Headers': new Headers({ cookie: COOKIE }),
    'a Map of headers': new Map([['cookie', COOKIE]]),
    'a Fetch Request': new Request('https://app.example.test/', { headers: { cookie: COOKIE } }),
    'a Node request': node,
    'an Express request, whose parsed cookies are decoded once too often': {
      ...node,
      get: () => undefined,
      cookies: { ajs_anonymous_id: 'a b' },
    },
    'a Koa context': { req: node, request: { req: node, headers }, headers, get: () => '' },
    "a Koa context's request": { req: node, headers },
    'a Fastify request': { raw: node, headers, hostname: 'app.example.test' },
    'a Hono context': {
      req: {
        raw: new Request('https://a.test/', { headers: { cookie: COOKIE } }),
        header: () => '',
      },
    },
    'an event of API Gateway, version 2': {
      headers: { host: 'a.test' },
      cookies: COOKIE.split('; '),
    },
    'an event with a request in it (SvelteKit)': {
      request: new Request('https://a.test/', { headers: { cookie: COOKIE } }),
      cookies: {},
    },
    'parsed cookies, where no raw header is left': {
      headers: {},
      cookies: { ajs_anonymous_id: ID },
    },
  }
  for (const [name, source] of Object.entries(sources)) {
    it(name, () => {
      expect(readAnonymousId(source)).to.equal(ID)
    })
  }

  for (const nothing of [
    undefined,
    null,
    '',
    {},
    [],
    { headers: {} },
    new Headers(),
    { headers: { cookie: 5 } },
  ]) {
    it(`nowhere in ${JSON.stringify(nothing)}`, () => {
      expect(readIdentity(nothing)).to.deep.equal({ source: undefined })
    })
  }

  it('a result that no other request shares', () => {
    const first = readIdentity('')
    ;(first as { userId?: string }).userId = 'mine'
    expect(readIdentity('')).to.deep.equal({ source: undefined })
  })
})

describe('a real request', () => {
  const listen = async (
    handler: (request: IncomingMessage) => string | undefined,
  ): Promise<{ port: number; close: () => void }> => {
    const server = createServer((request, response) => {
      response.end(JSON.stringify(handler(request) ?? null))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return { port: (server.address() as AddressInfo).port, close: () => server.close() }
  }

  it('gives UTF-8 that Node read as Latin-1 back, one bad cookie or not', async () => {
    const server = await listen((request) => readAnonymousId(request, { sdks: ['jitsu'] }))
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = net.connect(server.port, '127.0.0.1')
      let text = ''
      socket.on('data', (data) => (text += data.toString()))
      socket.on('end', () => {
        resolve(text)
      })
      socket.on('error', reject)
      const head = Buffer.from(
        'GET / HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\nCookie: bad=\xff\xfe; __eventn_id=',
        'latin1',
      )
      socket.end(Buffer.concat([head, Buffer.from('voilà'), Buffer.from('\r\n\r\n')]))
    })
    server.close()
    expect(answer).to.include('"voilà"')
  })

  it('of Express is read by its raw header', async () => {
    const app = express()
    app.get('/', (request, response) => {
      response.json(readIdentity(request))
    })
    const server = app.listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const { port } = server.address() as AddressInfo
    const answer = await fetch(`http://127.0.0.1:${port}/`, { headers: { cookie: COOKIE } })
    expect(await answer.json()).to.deep.equal({ source: 'segment', anonymousId: ID })
    server.close()
  })
})
