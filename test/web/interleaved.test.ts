// Ten thousand visitors at once: each call is about the visitor whose request made it.

import { Agent, request as httpRequest } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import { currentAnalytics, type MessageContext } from '../../lib/index.js'
import { sites, type Site } from './sites.js'
import { withSite } from './visits.js'

const visitors = 10_000
const atOnce = 400

describe(`${visitors} interleaved requests`, function () {
  this.timeout(120_000)

  for (const name of ['Express 4', 'Express 5', 'Koa 2', 'Koa 3', 'Fastify 5', 'Hono']) {
    it(`${name}: no id ever crosses`, async () => {
      await withSite(
        sites[name]!,
        {
          serve: async ({ analytics }) => {
            const visitor = (analytics as { anonymousId?: string }).anonymousId
            await pause()
            analytics.track({ event: 'Bound', properties: { visitor } })
            await pause()
            // Code that has no request at hand, and a timer that outlives the answer.
            currentAnalytics()?.track({ event: 'Current', properties: { visitor } })
            setTimeout(
              () => currentAnalytics()?.track({ event: 'Later', properties: { visitor } }),
              Math.random() * 4,
            )
          },
        },
        async ({ site, messages }) => {
          await visit(site)
          await sleep(20)
          const sent = await messages()
          const crossed = sent.filter((message) => {
            const { visitor } = message.properties as { visitor: string }
            const { page } = message.context as MessageContext
            return message.anonymousId !== visitor || page?.path !== `/${visitor}`
          })
          expect(crossed).to.deep.equal([])
          for (const event of ['Bound', 'Current', 'Later']) {
            const ids = sent.filter((each) => each.event === event).map((each) => each.anonymousId)
            expect(ids).to.have.lengthOf(visitors)
            expect(new Set(ids)).to.have.property('size', visitors)
          }
        },
      )
    })
  }
})

/** Now and then nothing, a turn of the loop, or milliseconds. */
async function pause(): Promise<void> {
  const chance = Math.random()
  if (chance < 0.25) return
  if (chance < 0.5) await new Promise((resolve) => setImmediate(resolve))
  else await sleep(Math.random() * 4)
}

/** Over connections that are used again and again, by one visitor after the other. */
async function visit({ port }: Site): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: atOnce })
  let next = 0
  const lane = async (): Promise<void> => {
    while (next < visitors) {
      const visitor = `visitor-${next++}`
      const headers = { Cookie: `ajs_anonymous_id=${visitor}` }
      await new Promise<void>((resolve, reject) => {
        httpRequest({ port, host: '127.0.0.1', path: `/${visitor}`, headers, agent }, (answer) => {
          answer.resume().on('end', resolve)
        })
          .on('error', reject)
          .end()
      })
    }
  }
  await Promise.all(Array.from({ length: atOnce }, lane))
  agent.destroy()
}
