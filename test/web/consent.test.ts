// What is sent and set for a visitor who has agreed to all, to some or to none of it.

import { expect } from 'chai'
import type { Analytics, AnalyticsError, BoundAnalytics } from '../../lib/index.js'
import { currentAnalytics } from '../../lib/index.js'
import type { CollectedMessage } from '../../packages/collector/lib/index.js'
import { warningsOf } from '../support/warnings.js'
import { ask, sites, type SiteOptions } from './sites.js'
import { withSite } from './visits.js'

interface Outcome {
  messages: readonly CollectedMessage[]
  cookies: readonly string[]
  failed: number
}

const visitor: Record<string, string> = {
  Cookie: 'ajs_anonymous_id=anon-1; ajs_user_id=user-42',
  'User-Agent': 'Firefox',
  Referer: 'https://search.example/?q=illness',
  'Accept-Language': 'de',
}

async function visit(
  consent: unknown,
  serve: (analytics: BoundAnalytics) => unknown = everyCall,
  { start = sites['Express 5']!, headers = visitor, more = {} } = {},
): Promise<Outcome> {
  let outcome: Outcome | undefined
  const options = { consent, issue: true, ...more } as NonNullable<SiteOptions['options']>
  await withSite(
    start,
    { options, serve: ({ analytics }) => serve(analytics) },
    async ({ site, analytics, messages }) => {
      const { status, cookies } = await ask(site, '/shop?token=secret&utm_source=news', headers)
      expect(status).to.equal(200)
      outcome = { messages: [...(await messages())], cookies, failed: analytics.stats().failed }
    },
  )
  return outcome!
}

function everyCall(analytics: BoundAnalytics): void {
  const ids = { userId: 'user-42', anonymousId: 'anon-1' }
  const context = { ip: '192.0.2.1', traits: { email: 'jane@example.com' } }
  analytics.identify({ ...ids, traits: { email: 'jane@example.com' } })
  analytics.group({ ...ids, groupId: 'g1' })
  analytics.alias({ userId: 'user-42', previousId: 'anon-1' })
  analytics.track({ ...ids, event: 'Ordered', properties: { total: 9 }, context })
  analytics.with({ ...ids, context }).page({ name: 'Shop' })
  analytics.screen({ name: 'Shop' })
  analytics.track({ event: 'Odd', email: 'jane@example.com' } as never)
}

describe('consent', () => {
  for (const [name, start] of Object.entries(sites)) {
    it(`${name}: 'none' sends nothing and sets no cookie`, async () => {
      const { messages, cookies, failed } = await visit(() => 'none', everyCall, {
        start,
        headers: {},
      })
      expect({ messages, cookies, failed }).to.deep.equal({ messages: [], cookies: [], failed: 0 })
    })
  }

  for (const answer of [true, 'all']) {
    it(`${JSON.stringify(answer)} is all of it`, async () => {
      const { messages, cookies } = await visit(() => answer, undefined, { headers: {} })
      expect(messages).to.have.lengthOf(7)
      expect(cookies).to.have.lengthOf(1)
    })
  }

  for (const answer of [false, undefined, null]) {
    it(`${String(answer)} means no consent, without a warning`, async () => {
      const warnings = await warningsOf(async () => {
        expect((await visit(() => answer)).messages).to.deep.equal([])
      })
      expect(warnings).to.deep.equal([])
    })
  }

  for (const [name, consent, warning] of [
    [
      'an error',
      () => {
        throw new Error('no session')
      },
      /option consent threw: Error: no session/,
    ],
    ['a promise', () => Promise.resolve('all'), /it returned a promise/],
    ['a promise that rejects', () => Promise.reject(new Error('late')), /it returned a promise/],
    ['another text', () => 'yes', /it returned a string; allowed: true, false, 'all'/],
    ['a truthy object', () => ({}), /it returned an object/],
  ] as const) {
    it(`${name} means no consent, with one warning per process`, async () => {
      const warnings = await warningsOf(async () => {
        expect((await visit(consent)).messages).to.deep.equal([])
      })
      expect(warnings).to.have.lengthOf(1)
      expect(warnings[0]!.message).to.match(warning)
    })
  }

  it('is asked about the request, before anything else', async () => {
    const asked: unknown[] = []
    await visit(
      (request: { url: string }) => {
        asked.push(request.url)
        return false
      },
      undefined,
      {
        headers: {},
        more: {
          ip: () => asked.push('ip'),
          issue: () => asked.push('issue'),
          trustUserId: () => asked.push('trustUserId'),
        },
      },
    )
    expect(asked).to.deep.equal(['/shop?token=secret&utm_source=news'])
  })

  it('holds for currentAnalytics() too', async () => {
    const { messages } = await visit(
      () => false,
      () => currentAnalytics()!.track({ event: 'Deep', userId: 'u1' }),
    )
    expect(messages).to.deep.equal([])
  })

  it('none: a callback gets an error that its message was filtered', async () => {
    const heard = await new Promise<AnalyticsError | undefined>((resolve, reject) => {
      visit(
        () => 'none',
        (analytics) => {
          expect(analytics.anonymousId).to.equal(undefined)
          expect(analytics.track({ event: 'E' }, resolve)).to.equal(true)
          expect(analytics.with({ userId: 'u1' }).identify()).to.equal(true)
        },
      ).catch(reject)
    })
    expect(heard).to.include({ code: 'filtered', message: 'track() was not sent: no consent' })
  })

  it('none: a callback that throws does no harm', async () => {
    const warnings = await warningsOf(() =>
      visit(
        () => 'none',
        (analytics) =>
          analytics.track({ event: 'E' }, () => {
            throw new Error('thrown')
          }),
      ),
    )
    expect(warnings.map(({ message }) => message.split('\n')[0])).to.deep.equal([
      'a callback threw: Error: thrown',
    ])
  })
})

describe("consent: 'anonymous'", () => {
  it('sends the events without anything personal', async () => {
    const { messages, cookies } = await visit(() => 'anonymous')
    expect(cookies).to.deep.equal([])
    expect(
      messages.map(({ type, event, name }) => event ?? `${type} ${String(name)}`),
    ).to.deep.equal(['Ordered', 'page Shop', 'screen Shop', 'Odd'])
    for (const { context, anonymousId, userId, ...fields } of messages) {
      expect(userId).to.equal(undefined)
      expect(anonymousId).to.match(/^[0-9a-f-]{36}$/)
      const { library, ...rest } = context as Record<string, unknown>
      expect(library).to.be.an('object')
      expect(rest.campaign).to.deep.equal({ source: 'news' })
      expect(Object.keys(rest).sort()).to.deep.equal(['campaign', 'page'])
      expect(rest.page).to.have.all.keys('path', 'url')
      expect(JSON.stringify([rest, fields])).to.not.match(
        /secret|example.com|user-42|anon-1|192\.0/,
      )
    }
    expect(messages[0]).to.deep.include({ properties: { total: 9 } })
  })

  it('joins no two requests', async () => {
    const ids: unknown[] = []
    for (let i = 0; i < 2; i++) {
      const { messages } = await visit(() => 'anonymous')
      ids.push(...new Set(messages.map(({ anonymousId }) => anonymousId)))
    }
    expect(ids).to.have.lengthOf(2)
    expect(ids[0]).not.to.equal(ids[1])
  })

  it('reports a call whose getter throws, and reads no more of it', async () => {
    const { messages, failed } = await visit(
      () => 'anonymous',
      (analytics) => {
        const call = {
          userId: 'user-42',
          get event(): string {
            throw new Error('thrown')
          },
        }
        analytics.track(call)
        analytics.track('no object' as never)
      },
    )
    expect(messages).to.deep.equal([])
    expect(failed).to.equal(2)
  })
})

describe('issue as a function of the request', () => {
  const agreed = (request: { headers: Record<string, unknown> }): boolean =>
    request.headers['x-agreed'] === 'yes'

  it('issues an id to those of whom it says true', async () => {
    const more = { issue: agreed }
    const serve = (analytics: BoundAnalytics): unknown => analytics.page({ userId: 'u1' })
    const yes = await visit(() => true, serve, { headers: { 'X-Agreed': 'yes' }, more })
    expect(yes.cookies).to.have.lengthOf(1)
    const no = await visit(() => true, serve, { headers: {}, more })
    expect(no.cookies).to.deep.equal([])
  })

  it('is called only if there is no id', async () => {
    let asked = 0
    await visit(
      () => true,
      (analytics) => analytics.page(),
      { more: { issue: () => (asked++, true) } },
    )
    expect(asked).to.equal(0)
  })

  for (const answer of [1, 'true', {}, Promise.resolve(true), undefined]) {
    it(`issues no id if it returns ${Object.prototype.toString.call(answer)}`, async () => {
      await warningsOf(async () => {
        const { cookies } = await visit(
          () => true,
          (analytics: BoundAnalytics | Analytics) => analytics.page({ userId: 'u1' }),
          { headers: {}, more: { issue: () => answer } },
        )
        expect(cookies).to.deep.equal([])
      })
    })
  }
})
