// One connection serves request after request, whatever the answers say.

import { expect } from 'chai'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Analytics } from '../../lib/index.js'

const answers = { 'an empty': '', 'a short': '{"success":true}', 'a long': 'x'.repeat(1_000_000) }

describe('the connection', () => {
  for (const [kind, text] of Object.entries(answers)) {
    it(`serves again after ${kind} answer`, async () => {
      let connections = 0
      const server = createServer((request, response) => {
        request.resume().on('end', () => response.end(text))
      })
      server.on('connection', () => connections++)
      server.listen(0, '127.0.0.1')
      await once(server, 'listening')
      const { port } = server.address() as AddressInfo
      const analytics = new Analytics({ writeKey: 'k', host: `http://127.0.0.1:${port}` })
      try {
        for (let i = 1; i <= 3; i++) {
          analytics.track({ userId: 'u', event: 'E' })
          expect(await analytics.flush()).to.include({ delivered: i })
        }
        expect(connections).to.equal(1)
      } finally {
        await analytics.close()
        server.closeAllConnections()
        server.close()
      }
    })
  }

  it('can serve again after an answer to an httpClient: its body is read to the end', async () => {
    let reads = 0
    const analytics = new Analytics({
      writeKey: 'k',
      httpClient: () =>
        Promise.resolve({
          status: 200,
          arrayBuffer: () => {
            reads++
            return Promise.resolve(new ArrayBuffer(0))
          },
        }),
    })
    analytics.track({ userId: 'u', event: 'E' })
    expect(await analytics.close()).to.include({ delivered: 1 })
    expect(reads).to.equal(1)
  })
})
