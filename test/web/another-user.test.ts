// Somebody else logs in at the same browser, without a logout: their calls do not carry the anonymousId of the one before.

import { expect } from 'chai'
import { forgetUser, linkUser, type Analytics, type BoundAnalytics } from '../../lib/index.js'
import * as ofFetch from '../../lib/web/fetch.js'
import { withCollector } from '../support/clients.js'

type Options = ofFetch.RequestAnalyticsOptions<Request>

interface Outcome {
  /** [userId, anonymousId] of what arrived. */
  ids: unknown[]
  cookies: readonly string[]
}

/** Serves one request with these cookies. */
async function visit(
  cookie: string,
  serve: (analytics: BoundAnalytics, request: Request, response: Response) => void,
  options: Options = {},
): Promise<Outcome> {
  const outcome: Outcome = { ids: [], cookies: [] }
  await withCollector(async ({ collector, client }) => {
    const analytics: Analytics = client()
    const handle = ofFetch.withAnalytics(
      analytics,
      (request, bound) => {
        const response = new Response()
        serve(bound, request, response)
        return response
      },
      options,
    )
    const request = new Request('https://app.example.test/', { headers: { cookie } })
    outcome.cookies = (await handle(request)).headers.getSetCookie()
    await analytics.flush()
    outcome.ids = collector.messages.map(({ userId, anonymousId }) => [userId, anonymousId])
  })
  return outcome
}

const event = 'Signed In'
const ofU1 = 'ajs_anonymous_id=a1; ajs_user_id=u1'
const renewed =
  /^ajs_anonymous_id=([0-9a-f-]{14}8[0-9a-f]{3}-[0-9a-f-]{17}); Max-Age=31536000; Domain=example.test; Path=\/; SameSite=Lax$/

describe('a call about another user than that of the cookies', () => {
  const calls: Record<string, (analytics: BoundAnalytics) => unknown> = {
    identify: (analytics) => analytics.identify({ userId: 'u2' }),
    track: (analytics) => analytics.track({ userId: 'u2', event }),
    page: (analytics) => analytics.page({ userId: 'u2' }),
    screen: (analytics) => analytics.screen({ userId: 'u2' }),
    group: (analytics) => analytics.group({ userId: 'u2', groupId: 'g1' }),
    'alias of somebody else': (analytics) => analytics.alias({ userId: 'u2', previousId: 'u0' }),
    'track of with()': (analytics) => analytics.with({ userId: 'u2' }).track({ event }),
    'track of with(), and another with()': (analytics) =>
      analytics
        .with({ userId: 'u2' })
        .with({ context: { app: { name: 'shop' } } })
        .track({ event }),
  }
  for (const [name, call] of Object.entries(calls)) {
    it(`goes without their anonymousId: ${name}`, async () => {
      expect(await visit(ofU1, call)).to.deep.equal({ ids: [['u2', undefined]], cookies: [] })
    })
  }

  it('leaves the anonymousId to calls about its own user, or about none', async () => {
    const { ids } = await visit(ofU1, (analytics) => {
      analytics.track({ userId: 'u2', event })
      analytics.track({ userId: 'u1', event })
      analytics.track({ event })
      analytics.with({ userId: 'u1' }).track({ event, userId: null })
    })
    expect(ids).to.deep.equal([
      ['u2', undefined],
      ['u1', 'a1'],
      [undefined, 'a1'],
      ['u1', 'a1'],
    ])
  })

  it('carries an anonymousId that it names itself, or that with() has bound', async () => {
    const { ids } = await visit(ofU1, (analytics) => {
      analytics.track({ userId: 'u2', anonymousId: 'mine', event })
      analytics.track({ userId: 'u2', anonymousId: 'a1', event })
      analytics.with({ userId: 'u2', anonymousId: 'a1' }).track({ event })
    })
    expect(ids).to.deep.equal([
      ['u2', 'mine'],
      ['u2', 'a1'],
      ['u2', 'a1'],
    ])
  })

  it('is told apart from a call about the same user by the text of the id', async () => {
    const { ids } = await visit('ajs_anonymous_id=a1; ajs_user_id=42', (analytics) => {
      analytics.track({ userId: 42, event })
      analytics.track({ userId: '42', event })
      analytics.track({ userId: 43, event })
    })
    expect(ids).to.deep.equal([
      ['42', 'a1'],
      ['42', 'a1'],
      ['43', undefined],
    ])
  })

  it('is none after an alias that makes both one', async () => {
    for (const previousId of ['u1', 'a1']) {
      const { ids, cookies } = await visit(
        ofU1,
        (analytics) => {
          analytics.alias({ userId: 'u2', previousId })
          analytics.identify({ userId: 'u2' })
        },
        { issue: true },
      )
      expect(ids).to.deep.equal([
        ['u2', 'a1'],
        ['u2', 'a1'],
      ])
      expect(cookies).to.deep.equal([])
    }
  })

  it('is refused as usual for an invalid userId', async () => {
    const { ids } = await visit(ofU1, (analytics) => {
      expect(() => analytics.track({ userId: '', event })).to.throw(/userId is an empty string/)
    })
    expect(ids).to.deep.equal([])
  })

  it('shows in the anonymousId of with()', async () => {
    await visit(ofU1, (analytics) => {
      expect(analytics.anonymousId).to.equal('a1')
      expect(analytics.with({ userId: 'u1' }).anonymousId).to.equal('a1')
      expect(analytics.with({ userId: 'u2' }).anonymousId).to.equal(undefined)
    })
  })

  it('is one even if the user of the cookies is trusted', async () => {
    const { ids } = await visit(
      ofU1,
      (analytics) => {
        analytics.track({ event })
        analytics.track({ userId: 'u2', event })
      },
      { trustUserId: () => true },
    )
    expect(ids).to.deep.equal([
      ['u1', 'a1'],
      ['u2', undefined],
    ])
  })

  it('is one with the cookies of another SDK, whose cookie is not renewed', async () => {
    const { ids, cookies } = await visit(
      'rl_anonymous_id=r1; rl_user_id=u1; ajs_anonymous_id=a1; ajs_user_id=u2',
      (analytics) => analytics.identify({ userId: 'u2' }),
      { sdks: ['rudderstack', 'segment'], issue: true },
    )
    expect(ids).to.deep.equal([['u2', undefined]])
    expect(cookies).to.deep.equal([])
  })
})

describe('a visitor whose cookies name no user', () => {
  it('is linked with the user who signs up', async () => {
    const { ids } = await visit('ajs_anonymous_id=a1', (analytics) =>
      analytics.identify({ userId: 'u1' }),
    )
    expect(ids).to.deep.equal([['u1', 'a1']])
  })

  it('is linked with the first user of a request alone', async () => {
    const { ids } = await visit('ajs_anonymous_id=a1', (analytics) => {
      for (const userId of ['u1', 'u2', 'u1']) analytics.track({ userId, event })
    })
    expect(ids).to.deep.equal([
      ['u1', 'a1'],
      ['u2', undefined],
      ['u1', 'a1'],
    ])
  })
})

describe('a new anonymousId for another user', () => {
  it('is set by identify() with issue: true, and not sent in this request', async () => {
    const { ids, cookies } = await visit(
      ofU1,
      (analytics) => {
        analytics.identify({ userId: 'u2' })
        analytics.track({ userId: 'u2', event })
      },
      { issue: true },
    )
    expect(ids).to.deep.equal([
      ['u2', undefined],
      ['u2', undefined],
    ])
    expect(cookies.filter((cookie) => renewed.test(cookie))).to.have.lengthOf(1)
    expect(cookies.filter((cookie) => cookie.startsWith('ajs_user_id'))).to.deep.equal([])
  })

  it('is not set by the other calls: they may be about a customer of the user who is here', async () => {
    const { cookies } = await visit(
      ofU1,
      (analytics) => analytics.track({ userId: 'customer-1', event: 'Refunded' }),
      { issue: true },
    )
    expect(cookies).to.deep.equal([])
  })

  it('is not set if issue says no', async () => {
    const { cookies } = await visit(ofU1, (analytics) => analytics.identify({ userId: 'u2' }), {
      issue: () => false,
    })
    expect(cookies).to.deep.equal([])
  })

  it('is set by linkUser, beside the user', async () => {
    const { cookies } = await visit(ofU1, (_analytics, request, response) =>
      linkUser(response, 'u2', { request }),
    )
    const kept = cookies.filter((cookie) => !cookie.includes('Max-Age=0'))
    expect(kept).to.have.lengthOf(2)
    expect(kept[0]).to.match(renewed)
    expect(kept[1]).to.match(/^ajs_user_id=u2;/)
  })

  it('is set once if both do it', async () => {
    for (const linksFirst of [true, false]) {
      const { cookies } = await visit(
        ofU1,
        (analytics, request, response) => {
          if (linksFirst) linkUser(response, 'u2', { request })
          analytics.identify({ userId: 'u2' })
          if (!linksFirst) linkUser(response, 'u2', { request })
        },
        { issue: true },
      )
      expect(cookies.filter((cookie) => renewed.test(cookie))).to.have.lengthOf(1)
    }
  })

  it('is not set by linkUser for the same user, a visitor, or after forgetUser', async () => {
    for (const cookie of [ofU1, 'ajs_anonymous_id=a1', 'ajs_user_id=u0', '']) {
      const { cookies } = await visit(cookie, (_analytics, request, response) =>
        linkUser(response, 'u1', { request }),
      )
      expect(cookies.filter((each) => each.startsWith('ajs_anonymous_id'))).to.deep.equal([])
    }
    const { cookies } = await visit(ofU1, (_analytics, request, response) => {
      forgetUser(request, response)
      linkUser(response, 'u2', { request })
    })
    expect(cookies.filter((cookie) => renewed.test(cookie))).to.deep.equal([])
  })

  it('is sent by the server alone, not beside a user: the page may still take itself for the one before', async () => {
    const { cookies } = await visit(ofU1, (_analytics, request, response) =>
      linkUser(response, 'u2', { request }),
    )
    const id = cookies.map((cookie) => renewed.exec(cookie)?.[1]).find(Boolean)
    const { ids } = await visit(`ajs_anonymous_id=${id}; ajs_user_id=u2`, (analytics) => {
      analytics.page({ userId: 'u2' })
      analytics.page()
    })
    expect(ids).to.deep.equal([
      ['u2', undefined],
      [undefined, id],
    ])
  })
})
