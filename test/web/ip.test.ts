// Which ip is sent: that of the request, unless somebody has set one.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import type { AnalyticsOptions, BoundAnalytics } from '../../lib/index.js'
import { requestAnalytics, type ExpressLikeRequest } from '../../lib/web/express.js'
import { contextOf } from '../../lib/web/request-context.js'
import { withCollector } from '../support/clients.js'
import { ask, sites } from './sites.js'
import { withSite } from './visits.js'

const cookies = { Cookie: 'ajs_anonymous_id=anon-1' }

async function ipOf(
  context: AnalyticsOptions['context'],
  track: (analytics: BoundAnalytics) => unknown,
): Promise<unknown> {
  let ip: unknown
  await withSite(
    sites['Express 5']!,
    { serve: ({ analytics }) => track(analytics) },
    async ({ site, messages }) => {
      await ask(site, '/', cookies)
      ip = (await messages())[0]?.context?.ip
    },
    { context },
  )
  return ip
}

describe('an ip that was set on purpose stays', () => {
  const event = 'Visited'
  const hidden = '0.0.0.0'

  it('in the context of the client', async () => {
    expect(await ipOf({ ip: hidden }, (analytics) => analytics.track({ event }))).to.equal(hidden)
    expect(
      await ipOf({ ip: hidden }, (analytics) =>
        analytics.with({ context: { app: { name: 'shop' } } }).track({ event, context: {} }),
      ),
    ).to.equal(hidden)
  })

  it('in that of with()', async () => {
    const bound = { context: { ip: hidden } }
    expect(await ipOf({}, (analytics) => analytics.with(bound).track({ event }))).to.equal(hidden)
  })

  it('in that of a call', async () => {
    const call = { event, context: { ip: hidden } }
    expect(await ipOf({}, (analytics) => analytics.track(call))).to.equal(hidden)
    const none = { event, context: { ip: null } } as never
    expect(await ipOf({}, (analytics) => analytics.track(none))).to.equal(null)
  })

  it('and is that of the request otherwise', async () => {
    const others = { app: { name: 'shop' } }
    expect(await ipOf(others, (analytics) => analytics.track({ event }))).to.equal('127.0.0.1')
  })
})

describe('an IPv4 address of a socket that serves IPv6 too', () => {
  it('is sent as the IPv4 address that it is', () =>
    withCollector(async ({ collector, client }) => {
      const analytics = client()
      const middleware = requestAnalytics(analytics)
      const server = createServer((request: ExpressLikeRequest, response) => {
        middleware(request, response, () => {
          request.analytics!.page({ userId: 'u1' })
          response.end(request.socket.remoteAddress)
        })
      })
      await new Promise<void>((resolve) => server.listen(0, '::', resolve))
      const { port } = server.address() as AddressInfo
      const answer = await fetch(`http://127.0.0.1:${port}/`)
      expect(await answer.text()).to.equal('::ffff:127.0.0.1')
      await analytics.flush()
      expect(collector.messages[0]?.context?.ip).to.equal('127.0.0.1')
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    }))

  for (const [ip, sent] of [
    ['::FFFF:192.0.2.1', '192.0.2.1'],
    ['::1', '::1'],
    ['2001:db8::ffff:1.2.3.4', '2001:db8::ffff:1.2.3.4'],
    ['::ffff:999.0.2.1', '::ffff:999.0.2.1'],
    ['192.0.2.1', '192.0.2.1'],
  ] as const) {
    it(`${ip} is sent as ${sent}`, () => {
      const facts = { protocol: 'http', host: 'a.test', target: '/', header: () => undefined }
      expect(contextOf({ ...facts, ip }).ip).to.equal(sent)
    })
  }
})
