// Which value wins if two places name the same field.

import { expect } from 'chai'
import { once } from 'node:events'
import type { Analytics, Message, PageCall } from '../../lib/index.js'
import { withCollector } from '../support/clients.js'

const alice = { userId: 'alice' }

describe('the category of a page', () => {
  it('wins over a category in its properties', () =>
    withCollector(async ({ collector, client }) => {
      const analytics = client()
      analytics.page({ ...alice, category: 'Docs', properties: { category: 'Blog', path: '/' } })
      await analytics.flush()
      const [page] = collector.messages
      expect(page).to.deep.include({
        category: 'Docs',
        properties: { category: 'Docs', path: '/' },
      })
    }))

  it('is that of the properties if the call has none', () =>
    withCollector(async ({ collector, client }) => {
      const analytics = client()
      analytics.page({ ...alice, properties: { category: 'Blog' } })
      await analytics.flush()
      expect(collector.messages[0]?.properties).to.deep.equal({ category: 'Blog' })
    }))
})

describe('a field "type" in the object of a call', () => {
  // A row of a database that is spread into a call often has a column of this name.
  const row = { ...alice, type: 'admin', event: 'E', groupId: 'g', previousId: 'p' }
  for (const type of ['identify', 'track', 'page', 'screen', 'group', 'alias'] as const) {
    it(`does not change the type of ${type}()`, () =>
      withCollector(async ({ collector, client }) => {
        const analytics = client()
        ;(analytics[type] as (call: object) => boolean).call(analytics, row)
        await analytics.flush()
        expect(collector.messages.map((message) => message.type)).to.deep.equal([type])
      }))
  }
})

describe('the context and integrations of the client', () => {
  it('hold if those of the call are undefined, at any depth', () =>
    withCollector(async ({ collector, client }) => {
      const app = { name: 'Shop', version: '1.0.0' }
      const analytics = client({ context: { app }, integrations: { Mixpanel: false } })
      const page: PageCall = {
        ...alice,
        context: { app: undefined },
        integrations: { Mixpanel: undefined },
      }
      analytics.page(page)
      analytics.page({ ...page, context: { app: { version: undefined, build: '7' } as never } })
      await analytics.flush()
      const [first, second] = collector.messages
      expect(first?.context?.app).to.deep.equal(app)
      expect(first?.integrations).to.deep.equal({ Mixpanel: false })
      expect(second?.context?.app).to.deep.equal({ ...app, build: '7' })
    }))

  it('with a key "__proto__" are data: merged as any other, and no prototype is changed', () =>
    withCollector(async ({ client }) => {
      const json = (text: string): Record<string, never> =>
        JSON.parse(text) as Record<string, never>
      const analytics = client({
        context: json('{"__proto__":{"polluted":1},"app":{"__proto__":{"polluted":2}}}'),
        integrations: json('{"__proto__":{"polluted":3}}'),
      })
      const message = await sentBy(analytics, () =>
        analytics.track({
          ...alice,
          event: 'E',
          context: json('{"__proto__":{"own":1},"app":{"__proto__":{"own":2}}}'),
          integrations: json('{"__proto__":{"own":3}}'),
        }),
      )
      expect(ownPrototypeKey(message.context)).to.deep.equal({ polluted: 1, own: 1 })
      expect(ownPrototypeKey(message.context.app)).to.deep.equal({ polluted: 2, own: 2 })
      expect(ownPrototypeKey(message.integrations)).to.deep.equal({ polluted: 3, own: 3 })
      expect({}).not.to.have.property('polluted')
    }))
})

/** The message that a call puts on the wire, read from the request itself. */
async function sentBy(analytics: Analytics, call: () => unknown): Promise<Message> {
  const request = once(analytics, 'http_request') as Promise<[{ body: string }]>
  call()
  await analytics.flush()
  const [{ body }] = await request
  const [message] = (JSON.parse(body) as { batch: Message[] }).batch
  return message!
}

function ownPrototypeKey(value: unknown): unknown {
  return Object.getOwnPropertyDescriptor(value, '__proto__')?.value
}
