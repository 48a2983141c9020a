// Answers that Node's HTTP parser refuses, and answers without a status.

import { expect } from 'chai'
import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import type { AnalyticsError } from '../../lib/index.js'
import { withCollector, type Setup } from '../support/clients.js'

/** A server that answers each request with the next of these texts, and the last one for ever. */
async function withAnswers(
  answers: readonly string[],
  test: (client: Setup['client'], requests: () => number) => Promise<void>,
): Promise<void> {
  let requests = 0
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    let text = ''
    socket
      .on('error', () => undefined)
      .on('data', (part) => {
        text += part.toString()
        const head = text.indexOf('\r\n\r\n')
        const length = Number(/content-length: (\d+)/i.exec(text)?.[1])
        if (head < 0 || text.length < head + 4 + length) return
        text = ''
        socket.write(answers[Math.min(requests++, answers.length - 1)]!)
      })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const host = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  try {
    await withCollector(({ client }) =>
      test(
        (options) => client({ host, ...options }),
        () => requests,
      ),
    )
  } finally {
    for (const socket of sockets) socket.destroy()
    server.close()
  }
}

const call = { userId: 'u', event: 'E' }
const good = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'
const refused: Record<string, (status: string) => string> = {
  'of more than 16 KB': (status) =>
    `HTTP/1.1 ${status}\r\nX-Long: ${'x'.repeat(40_000)}\r\nContent-Length: 0\r\n\r\n`,
  'with a bad name': (status) => `HTTP/1.1 ${status}\r\nbad name: 1\r\nContent-Length: 0\r\n\r\n`,
  'with a length and chunks': (status) =>
    `HTTP/1.1 ${status}\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  'with LF line ends': (status) => `HTTP/1.1 ${status}\nContent-Length: 0\n\n`,
  'after 100 Continue, with a bad name': (status) =>
    `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 ${status}\r\nbad name: 1\r\n\r\n`,
}

for (const [what, answer] of Object.entries(refused)) {
  describe(`headers ${what}`, () => {
    it('after 200: delivered, in one attempt', () =>
      withAnswers([answer('200 OK')], async (client, requests) => {
        const analytics = client()
        analytics.track(call)
        expect(await analytics.flush()).to.deep.equal({ delivered: 1, failed: 0, pending: 0 })
        analytics.track(call)
        expect(await analytics.flush()).to.deep.equal({ delivered: 2, failed: 0, pending: 0 })
        expect(requests()).to.equal(2)
      }))

    it('after 401: rejected, with the status', () =>
      withAnswers([answer('401 Unauthorized')], async (client, requests) => {
        const analytics = client()
        const errors: AnalyticsError[] = []
        analytics.on('error', (error) => errors.push(error))
        analytics.track(call)
        expect(await analytics.flush()).to.deep.equal({ delivered: 0, failed: 1, pending: 0 })
        expect(errors[0]).to.include({ code: 'rejected', status: 401 })
        expect(requests()).to.equal(1)
      }))

    it('after 500: retried', () =>
      withAnswers([answer('500 Oops'), good], async (client, requests) => {
        const analytics = client()
        analytics.track(call)
        expect(await analytics.flush()).to.deep.equal({ delivered: 1, failed: 0, pending: 0 })
        expect(requests()).to.equal(2)
      }))
  })
}

describe('an answer that is not HTTP', () => {
  it('is retried, counted against maxRetries', () =>
    withAnswers(['SSH-2.0-OpenSSH_9.2\r\n'], async (client, requests) => {
      const analytics = client({ maxRetries: 1 })
      const errors: AnalyticsError[] = []
      analytics.on('error', (error) => errors.push(error))
      analytics.track(call)
      expect(await analytics.flush()).to.deep.equal({ delivered: 0, failed: 1, pending: 0 })
      expect(errors[0]).to.include({ code: 'retries_exhausted' })
      expect((errors[0]!.cause as NodeJS.ErrnoException).code).to.match(/^HPE_/)
      expect(requests()).to.equal(2)
    }))
})

describe('an answer of an httpClient that says nothing', () => {
  for (const [what, answer] of Object.entries({
    'status 0, as an opaque one': { status: 0 },
    'no status': {},
    'a status that is not a number': { status: '200' },
    nothing: undefined,
  })) {
    it(`(${what}) is retried, and not counted`, () =>
      withCollector(async ({ client }) => {
        let calls = 0
        const analytics = client({
          maxRetries: 0,
          httpClient: () => Promise.resolve((++calls === 1 ? answer : { status: 200 }) as never),
        })
        analytics.track(call)
        expect(await analytics.flush()).to.deep.equal({ delivered: 1, failed: 0, pending: 0 })
        expect(calls).to.equal(2)
      }))
  }
})
