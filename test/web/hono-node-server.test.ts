// Hono on Node, with the ip as its documentation says it is found.
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import { getConnInfo } from '@hono/node-server/conninfo'
import { expect } from 'chai'
import { Hono, type Context } from 'hono'
import type { BoundAnalytics } from '../../lib/index.js'
import { requestAnalytics } from '../../lib/web/fetch.js'
import { withCollector } from '../support/clients.js'

describe('Hono with @hono/node-server', () => {
  // serve() puts classes of its own in their place, for the whole process.
  const { Request, Response } = globalThis

  after(() => {
    Object.defineProperties(globalThis, {
      Request: { value: Request },
      Response: { value: Response },
    })
  })

  it('sends the ip of getConnInfo, and sets the cookie of issue', () =>
    withCollector(async ({ collector, client }) => {
      const analytics = client()
      const app = new Hono<{ Variables: { analytics: BoundAnalytics } }>()
      app.use(
        requestAnalytics(analytics, {
          issue: true,
          ip: (c: Context) => getConnInfo(c).remote.address,
        }),
      )
      app.get('/pricing', (c) => {
        c.get('analytics').page({ name: 'Pricing' })
        return c.text('served')
      })
      const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' })
      await once(server, 'listening')
      const { port } = server.address() as AddressInfo
      const answer = await fetch(`http://127.0.0.1:${port}/pricing`)
      server.close()
      await analytics.flush()

      const [message] = collector.messages
      expect(await answer.text()).to.equal('served')
      expect(answer.headers.getSetCookie()).to.have.lengthOf(1)
      expect(answer.headers.getSetCookie()[0]).to.include(String(message?.anonymousId))
      expect(message?.context?.ip).to.equal('127.0.0.1')
    }))
})
