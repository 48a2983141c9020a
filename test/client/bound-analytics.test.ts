// analytics.with(): calls with ids and context that need not be said again.

import { expect } from 'chai'
import type { CollectedMessage } from '@selfsame/collector'
import {
  AnalyticsError,
  type Analytics,
  type AnalyticsOptions,
  type Binding,
  type BoundAnalytics,
} from '../../lib/index.js'
import { withCollector } from '../support/clients.js'

/** What arrives of what a test calls. */
async function sent(
  make: (analytics: Analytics) => unknown,
  options: Partial<AnalyticsOptions> = {},
): Promise<readonly CollectedMessage[]> {
  let messages: readonly CollectedMessage[] = []
  await withCollector(async ({ collector, client }) => {
    const analytics = client(options)
    await make(analytics)
    await analytics.flush()
    messages = [...collector.messages]
  })
  return messages
}

const event = 'Visited'

describe('analytics.with(): the ids', () => {
  it('are in each of the six calls', async () => {
    const messages = await sent((analytics) => {
      const bound = analytics.with({ userId: 'u1', anonymousId: 'a1' })
      bound.identify({ traits: { plan: 'premium' } })
      bound.track({ event })
      bound.page({ name: 'Pricing' })
      bound.screen({ name: 'Pricing' })
      bound.group({ groupId: 'g1' })
      bound.alias({ previousId: 'old' })
    })
    expect(messages.map(({ type }) => type)).to.deep.equal([
      'identify',
      'track',
      'page',
      'screen',
      'group',
      'alias',
    ])
    for (const message of messages) expect(message).to.include({ userId: 'u1', anonymousId: 'a1' })
    expect(messages[4]).to.have.property('groupId', 'g1')
    expect(messages[5]).to.have.property('previousId', 'old')
  })

  it('of a call win, each by itself', async () => {
    const messages = await sent((analytics) => {
      const bound = analytics.with({ userId: 'u1', anonymousId: 'a1' })
      bound.track({ event, userId: 'u2' })
      bound.track({ event, anonymousId: 'a2' })
      bound.track({ event, userId: 0 })
      bound.alias({ userId: 'u2', previousId: 'u1' })
    })
    expect(messages.map(({ userId, anonymousId }) => [userId, anonymousId])).to.deep.equal([
      ['u2', 'a1'],
      ['u1', 'a2'],
      ['0', 'a1'],
      ['u2', 'a1'],
    ])
  })

  it('stand in for those that a call has as undefined', async () => {
    const messages = await sent((analytics) => {
      analytics.with({ anonymousId: 'a1' }).track({ event, anonymousId: undefined })
    })
    expect(messages[0]).to.include({ anonymousId: 'a1' })
  })

  it('may be numbers', async () => {
    const messages = await sent((analytics) => analytics.with({ userId: 42 }).track({ event }))
    expect(messages[0]).to.have.property('userId', '42')
  })

  it('can be read', async () => {
    await sent((analytics) => {
      const bound = analytics.with({ userId: 'u1', anonymousId: 'a1' })
      expect([bound.userId, bound.anonymousId]).to.deep.equal(['u1', 'a1'])
      expect(analytics.with({}).anonymousId).to.equal(undefined)
    })
  })

  it('of an alias come from the call or the binding: a new one and an old one', () =>
    sent((analytics) => {
      const bound = analytics.with({ anonymousId: 'a1' })
      expect(() => bound.alias({ previousId: 'a1' })).to.throw(
        AnalyticsError,
        /userId is undefined/,
      )
      expect(() => bound.alias({ userId: 'u1' } as never)).to.throw(AnalyticsError, /previousId/)
      expect(() => bound.group({} as never)).to.throw(AnalyticsError, /groupId is undefined/)
    }))
})

describe('analytics.with(): the context', () => {
  it('is merged deep: the call over the binding over the client', async () => {
    const [message] = await sent(
      (analytics) =>
        analytics
          .with({
            userId: 'u1',
            context: { ip: '192.0.2.1', page: { path: '/bound', search: '?bound' } },
          })
          .track({ event, context: { page: { path: '/call' }, locale: 'de' } }),
      {
        context: {
          app: { name: 'shop' },
          ip: '192.0.2.0',
          page: { path: '/client', search: '?client', title: 'Client' },
        },
      },
    )
    const { library, ...context } = message!.context!
    expect(library).to.have.property('name', 'selfsame')
    expect(context).to.deep.equal({
      app: { name: 'shop' },
      ip: '192.0.2.1',
      locale: 'de',
      page: { path: '/call', search: '?bound', title: 'Client' },
    })
  })

  it('is not written to', async () => {
    const context = { page: { path: '/bound' } }
    await sent((analytics) => {
      const bound = analytics.with({ userId: 'u1', context })
      bound.track({ event, context: { page: { search: '?call' } } })
      bound.with({ context: { page: { title: 'Nested' } } }).track({ event })
    })
    expect(context).to.deep.equal({ page: { path: '/bound' } })
  })

  it('is that of the client if none is bound', async () => {
    const [message] = await sent((analytics) =>
      analytics.with({ userId: 'u1' }).with({}).track({ event }),
    )
    expect(message!.context).to.have.all.keys('library')
  })
})

describe('analytics.with().with()', () => {
  it('binds more: ids replace, context is merged over', async () => {
    const messages = await sent((analytics) => {
      const outer = analytics.with({
        anonymousId: 'a1',
        context: { ip: '192.0.2.1', page: { path: '/outer', search: '' } },
      })
      const inner = outer.with({ userId: 'u1', context: { page: { path: '/inner' } } })
      inner.track({ event })
      inner.with({ anonymousId: 'a2' }).track({ event })
      outer.track({ event })
    })
    const facts = messages.map(({ userId, anonymousId, context }) => [
      userId,
      anonymousId,
      context!.page,
    ])
    expect(facts).to.deep.equal([
      ['u1', 'a1', { path: '/inner', search: '' }],
      ['u1', 'a2', { path: '/inner', search: '' }],
      [undefined, 'a1', { path: '/outer', search: '' }],
    ])
    for (const { context } of messages) expect(context).to.have.property('ip', '192.0.2.1')
  })

  it('keeps what was bound if the new one is undefined', async () => {
    const [message] = await sent((analytics) =>
      analytics
        .with({ userId: 'u1', anonymousId: 'a1' })
        .with({ userId: undefined, anonymousId: undefined, context: undefined })
        .track({ event }),
    )
    expect(message).to.include({ userId: 'u1', anonymousId: 'a1' })
  })
})

describe('analytics.with() keeps nothing', () => {
  it('of one call for the next', async () => {
    const messages = await sent((analytics) => {
      const bound = analytics.with({ anonymousId: 'a1' })
      bound.track({ event, userId: 'u1', context: { ip: '192.0.2.1' } })
      bound.identify({ userId: 'u2' })
      bound.track({ event })
    })
    expect(messages[2]).to.have.property('anonymousId', 'a1')
    expect(messages[2]).not.to.have.property('userId')
    expect(messages[2]!.context).not.to.have.property('ip')
  })

  it('for the client itself', () =>
    sent((analytics) => {
      analytics.with({ userId: 'u1' }).track({ event })
      expect(() => analytics.track({ event } as never)).to.throw(AnalyticsError, /both undefined/)
    }))

  it('of an object that the caller reuses for another user', async () => {
    const messages = await sent((analytics) => {
      const binding: Binding = { userId: 'u1' }
      const first = analytics.with(binding)
      binding.userId = 'u2'
      const second = analytics.with(binding)
      first.track({ event })
      second.track({ event })
    })
    expect(messages.map(({ userId }) => userId)).to.deep.equal(['u1', 'u2'])
  })
})

describe('analytics.with(): what is invalid', () => {
  for (const [what, binding] of [
    ['an empty userId', { userId: '' }],
    ['a userId that is an object', { userId: {} }],
    ['NaN', { anonymousId: NaN }],
    ['an empty anonymousId beside a userId', { userId: 'u1', anonymousId: '' }],
    ['nothing', {}],
    ['null', null],
    ['undefined', undefined],
    ['a string', 'u1'],
    ['null for its ids and context', { userId: null, anonymousId: null, context: null }],
  ] as const) {
    it(`${what} is reported by the call, like any invalid call`, () =>
      sent((analytics) => {
        const bound = analytics.with(binding as never)
        expect(() => bound.track({ event }))
          .to.throw(AnalyticsError)
          .with.property('code', 'invalid_message')
      }))

    it(`${what} is reported in production`, () =>
      sent(
        async (analytics) => {
          const errors: AnalyticsError[] = []
          analytics.on('error', (error) => errors.push(error))
          analytics
            .with(binding as never)
            .with({})
            .track({ event })
          await analytics.flush()
          expect(errors.map(({ code }) => code)).to.deep.equal(['invalid_message'])
        },
        { onInvalid: 'report' },
      ))
  }

  it('is nothing that a call replaces', async () => {
    const messages = await sent((analytics) =>
      analytics.with({ userId: '' }).track({ event, userId: 'u1' }),
    )
    expect(messages[0]).to.have.property('userId', 'u1')
  })
})

describe('the methods of a bound client', () => {
  it('may be taken off it', async () => {
    const messages = await sent((analytics) => {
      const {
        identify,
        track,
        page,
        screen,
        group,
        alias,
        with: bind,
      } = analytics.with({
        userId: 'u1',
      })
      identify()
      track({ event })
      page()
      screen()
      group({ groupId: 'g1' })
      alias({ previousId: 'old' })
      bind({ anonymousId: 'a1' }).track({ event })
    })
    expect(messages).to.have.lengthOf(7)
    expect(messages.at(-1)).to.include({ userId: 'u1', anonymousId: 'a1' })
  })

  it('call back, and return what those of the client do', () =>
    sent(async (analytics) => {
      const told = new Promise((resolve) => {
        const bound: BoundAnalytics = analytics.with({ userId: 'u1' })
        expect(
          bound.track({ event }, (error, { event }) => resolve([error, event.userId])),
        ).to.equal(true)
      })
      await analytics.flush()
      expect(await told).to.deep.equal([undefined, 'u1'])
    }))
})
