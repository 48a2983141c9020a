// Answers whose headers Node's HTTP parser refuses: their status counts all the same.

import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { expect } from 'chai'
import { Analytics, type AnalyticsError } from '../../lib/index.js'
import { warningsOf } from '../support/warnings.js'

const track = { userId: 'u1', event: 'Signed Up' }

/** Runs a test against a server that answers each request with these bytes, as they are. */
async function withRawServer(
  answers: (n: number) => string,
  test: (host: string, requests: () => number) => Promise<void>,
): Promise<void> {
  let requests = 0
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    let received = ''
    socket.on('error', () => undefined)
    socket.on('data', (data) => {
      received += data.toString('latin1')
      const [head = '', body = ''] = received.split('\r\n\r\n')
      const length = Number(/content-length: (\d+)/i.exec(head)?.[1])
      if (Buffer.byteLength(body, 'latin1') < length) return
      received = ''
      socket.end(answers(++requests), 'latin1')
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    await test(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, () => requests)
  } finally {
    for (const socket of sockets) socket.destroy()
    server.close()
  }
}

const unreadable: Record<string, (status: string) => string> = {
  'headers of 20 KB': (status) =>
    `HTTP/1.1 ${status}\r\nX-Large: ${'x'.repeat(20_000)}\r\nContent-Length: 2\r\n\r\n{}`,
  'a header name with a space': (status) =>
    `HTTP/1.1 ${status}\r\nBad Name: x\r\nContent-Length: 2\r\n\r\n{}`,
  'bare line feeds': (status) => `HTTP/1.1 ${status}\nContent-Length: 2\n\n{}`,
  'a length and chunks together': (status) =>
    `HTTP/1.1 ${status}\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`,
  'a control character in a value': (status) =>
    `HTTP/1.1 ${status}\r\nX-Bad: a\x01b\r\nContent-Length: 2\r\n\r\n{}`,
}

describe('an answer whose headers cannot be read', () => {
  for (const [name, answer] of Object.entries(unreadable)) {
    it(`is a delivery if its status is 200 (${name})`, () =>
      withRawServer(
        () => answer('200 OK'),
        async (host, requests) => {
          const analytics = new Analytics({ writeKey: 'k', host })
          analytics.track(track)
          expect(await analytics.close({ timeout: 5_000 })).to.include({ delivered: 1 })
          expect(requests(), 'it was sent once').to.equal(1)
        },
      ))

    it(`is a refusal if its status is 403 (${name})`, () =>
      withRawServer(
        () => answer('403 Forbidden'),
        async (host, requests) => {
          const analytics = new Analytics({ writeKey: 'k', host })
          const errors: AnalyticsError[] = []
          analytics.on('error', (error) => errors.push(error))
          analytics.track(track)
          await analytics.close({ timeout: 5_000 })
          expect(errors.map(({ code, status }) => [code, status])).to.deep.equal([
            ['rejected', 403],
          ])
          expect(requests()).to.equal(1)
        },
      ))
  }

  it('is retried after its Retry-After, if it has one', () =>
    withRawServer(
      (n) =>
        n === 1
          ? 'HTTP/1.1 429 Too Many\nRetry-After: 1\nBad Name: x\n\n'
          : 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}',
      async (host) => {
        const analytics = new Analytics({ writeKey: 'k', host })
        const started = performance.now()
        analytics.track(track)
        await analytics.flush()
        expect(performance.now() - started).to.be.above(990)
        expect(await analytics.close()).to.include({ delivered: 1 })
      },
    ))

  it('is a counted fault if even its status cannot be read', () =>
    withRawServer(
      () => 'SSH-2.0-OpenSSH_9.2\r\n\r\n',
      async (host, requests) => {
        const analytics = new Analytics({ writeKey: 'k', host, maxRetries: 1 })
        const errors: AnalyticsError[] = []
        analytics.on('error', (error) => errors.push(error))
        await warningsOf(async () => {
          analytics.track(track)
          await analytics.flush()
        })
        expect(errors.map(({ code }) => code)).to.deep.equal(['retries_exhausted'])
        expect(requests()).to.equal(2)
        await analytics.close()
      },
    ))
})
