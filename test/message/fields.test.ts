// The fields of a message, as the collector gets them.

import { expect } from 'chai'
import type { CollectedMessage } from '@selfsame/collector'
import type { Analytics, AnalyticsOptions } from '../../lib/index.js'
import { withCollector } from '../support/clients.js'

async function sent(
  call: (analytics: Analytics) => void,
  options: Partial<AnalyticsOptions> = {},
): Promise<CollectedMessage[]> {
  let messages: CollectedMessage[] = []
  await withCollector(async ({ collector, client }) => {
    const analytics = client(options)
    call(analytics)
    await analytics.flush()
    messages = [...collector.messages]
  })
  return messages
}

describe('a page with a category', () => {
  it('has it in its properties too, beside the others', async () => {
    const properties = Object.freeze({ title: 'Docs' })
    const [page] = await sent((analytics) => {
      analytics.page({ userId: 'u1', name: 'Home', category: 'Docs', properties })
    })
    expect(page).to.include({ category: 'Docs', name: 'Home' })
    expect(page?.properties).to.deep.equal({ title: 'Docs', category: 'Docs' })
  })
})

describe('an extra top-level key of a track', () => {
  it('does not become a property', async () => {
    const [track] = await sent((analytics) => {
      analytics.track({
        userId: 'u1',
        event: 'E',
        channel: 'server',
        properties: { a: 1 },
      })
    })
    expect(track?.properties).to.deep.equal({ a: 1 })
    expect(track?.channel).to.equal('server')
  })
})

describe('undefined and null', () => {
  it('undefined vanishes, null is sent', async () => {
    const [identify] = await sent((analytics) => {
      analytics.identify({ userId: 'u1', traits: { gone: undefined, plan: null } })
    })
    expect(identify?.traits).to.deep.equal({ plan: null })
  })

  it('traits or properties that are null are sent as {}, as by @segment/analytics-node', () =>
    withCollector(async ({ collector, client }) => {
      const analytics = client()
      const call = { userId: 'u1', groupId: 'g1', event: 'E', traits: null, properties: null }
      for (const type of ['identify', 'track', 'page', 'screen', 'group'] as const) {
        analytics[type](call)
      }
      await analytics.flush()
      expect(
        collector.messages.map(({ type, traits, properties }) => [
          type,
          type === 'identify' || type === 'group' ? traits : properties,
        ]),
      ).to.deep.equal(['identify', 'track', 'page', 'screen', 'group'].map((type) => [type, {}]))
    }))
})

describe('every message', () => {
  it('has type, messageId, context.library and an ISO UTC timestamp', async () => {
    const before = Date.now()
    const messages = await sent((analytics) => {
      const ids = { userId: 'u1' }
      analytics.identify(ids)
      analytics.track({ ...ids, event: 'E' })
      analytics.page(ids)
      analytics.screen(ids)
      analytics.group({ ...ids, groupId: 'g1' })
      analytics.alias({ ...ids, previousId: 'p1' })
    })
    expect(messages.map(({ type }) => type)).to.deep.equal([
      'identify',
      'track',
      'page',
      'screen',
      'group',
      'alias',
    ])
    for (const message of messages) {
      expect(message.messageId).to.match(
        /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
      )
      expect(message.originalTimestamp).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
      expect(Date.parse(message.originalTimestamp!)).to.be.within(before, Date.now())
      expect((message.context as { library: object }).library).to.have.keys('name', 'version')
      expect((message.context as { library: { name: string } }).library.name).to.equal('selfsame')
    }
  })
})

describe('messageIds', () => {
  it('differ, and are shorter than 100 characters', async () => {
    const messages = await sent((analytics) => {
      for (let i = 0; i < 500; i++) analytics.track({ userId: 'u1', event: 'E' })
    })
    expect(new Set(messages.map(({ messageId }) => messageId)).size).to.equal(500)
    for (const { messageId } of messages) expect(messageId.length).to.be.within(1, 99)
  })

  it('given by the caller are sent as they are, up to 99 characters', async () => {
    const messageId = 'm'.repeat(99)
    const [message] = await sent((analytics) =>
      analytics.track({ userId: 'u1', event: 'E', messageId }),
    )
    expect(message?.messageId).to.equal(messageId)
  })

  it('of 100 characters or none are refused; null is as if it were left out', () =>
    withCollector(async ({ client }) => {
      const analytics = client({ onInvalid: 'throw' })
      for (const messageId of ['m'.repeat(100), '']) {
        expect(() => analytics.track({ userId: 'u1', event: 'E', messageId })).to.throw(
          /^messageId is /,
        )
      }
      await Promise.resolve()
    }))
})

describe('integrations', () => {
  it('are passed unchanged, case kept', async () => {
    const integrations = { All: false, Vero: true, 'Google Analytics': { clientId: '1.2' } }
    const [message] = await sent((analytics) =>
      analytics.track({ userId: 'u1', event: 'E', integrations }),
    )
    expect(message?.integrations).to.deep.equal(integrations)
  })

  it("of the client lie beneath the call's own", async () => {
    const [own, other] = await sent(
      (analytics) => {
        analytics.track({ userId: 'u1', event: 'E', integrations: { Vero: false } })
        analytics.track({ userId: 'u1', event: 'E' })
      },
      { integrations: { All: false, Vero: true } },
    )
    expect(own?.integrations).to.deep.equal({ All: false, Vero: false })
    expect(other?.integrations).to.deep.equal({ All: false, Vero: true })
  })
})

describe('context', () => {
  it("of the client lies beneath the call's own, deep, and neither is written to", async () => {
    const context = { app: { name: 'shop', version: '1' }, locale: 'de-DE' }
    const own = { app: { version: '2' }, ip: '10.0.0.1' }
    const [message, plain] = await sent(
      (analytics) => {
        context.locale = 'changed after the client was made'
        analytics.track({ userId: 'u1', event: 'E', context: own })
        analytics.track({ userId: 'u1', event: 'E' })
      },
      { context },
    )
    const { library, ...rest } = message?.context as Record<string, unknown>
    expect(library).to.include({ name: 'selfsame' })
    expect(rest).to.deep.equal({
      app: { name: 'shop', version: '2' },
      locale: 'de-DE',
      ip: '10.0.0.1',
    })
    expect(plain?.context).to.deep.include({ app: { name: 'shop', version: '1' } })
    expect(own).to.deep.equal({ app: { version: '2' }, ip: '10.0.0.1' })
  })
})

describe('a call without traits or properties', () => {
  it('is sent with an empty object: the API discards anything else', async () => {
    const [identify, track] = await sent((analytics) => {
      analytics.identify({ userId: 'u1' })
      analytics.track({ userId: 'u1', event: 'E' })
    })
    expect(identify?.traits).to.deep.equal({})
    expect(track?.properties).to.deep.equal({})
  })
})
