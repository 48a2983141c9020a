// Whom a request's own analytics is about.

import { inspect } from 'node:util'
import { expect } from 'chai'
import { warningsOf } from '../support/warnings.js'
import { ask, sites, type SiteOptions } from './sites.js'
import { withSite } from './visits.js'

const cookies = { Cookie: 'ajs_anonymous_id=anon-1; ajs_user_id=user-42' }

describe("the ids of a request's own analytics", () => {
  for (const [name, start] of Object.entries(sites)) {
    describe(name, () => {
      it('are those of a call if it has them', () =>
        withSite(
          start,
          {
            serve: ({ analytics }) => {
              analytics.track({ event: 'E', anonymousId: 'given' })
              analytics.track({ event: 'E', userId: 'u1' })
              analytics.track({ event: 'E', userId: undefined, anonymousId: undefined })
              analytics.identify()
            },
          },
          async ({ site, messages }) => {
            await ask(site, '/', cookies)
            const ids = (await messages()).map(({ anonymousId, userId }) => [anonymousId, userId])
            expect(ids).to.deep.equal([
              ['given', undefined],
              // Another user than that of the cookies: it is not their anonymousId.
              [undefined, 'u1'],
              ['anon-1', undefined],
              ['anon-1', undefined],
            ])
          },
        ))

      it('has none without a cookie: the call is reported as invalid, and the request continues', () =>
        withSite(start, {}, async ({ site, analytics, messages }) => {
          const errors: string[] = []
          analytics.on('error', ({ message }) => errors.push(message))
          expect(await ask(site, '/')).to.include({ status: 200 })
          expect(await messages()).to.deep.equal([])
          expect(analytics.stats().failedByCode).to.deep.equal({ invalid_message: 1 })
          expect(errors).to.have.lengthOf(1)
          expect(errors[0]).to.match(/\(no cookie: pass a userId, or set issue: true\)$/)
        }))

      it('are read from the cookies of other SDKs if they are listed', () =>
        withSite(start, { options: { sdks: ['jitsu'] } }, async ({ site, messages }) => {
          await ask(site, '/', { Cookie: 'ajs_anonymous_id=anon-1; __eventn_id=jitsu-1' })
          expect((await messages())[0]).to.have.property('anonymousId', 'jitsu-1')
        }))
    })
  }
})

describe('trustUserId', () => {
  const start = sites['Express 5']!

  /** The userId that is sent, and what the process was warned of. */
  async function sentWith(
    trustUserId: unknown,
    headers: Record<string, string> = cookies,
  ): Promise<{ userId: unknown; warnings: string[] }> {
    let userId: unknown
    const options = { trustUserId } as SiteOptions['options']
    const warnings = await warningsOf(() =>
      withSite(start, { options: options! }, async ({ site, messages }) => {
        expect(await ask(site, '/', headers)).to.include({ status: 200 })
        const [message] = await messages()
        expect(message).to.have.property('anonymousId', 'anon-1')
        userId = message!.userId
      }),
    )
    return { userId, warnings: warnings.map(({ message }) => message) }
  }

  it('binds the userId of the cookie if it returns true', async () => {
    expect(await sentWith(() => true)).to.deep.equal({ userId: 'user-42', warnings: [] })
  })

  for (const answer of [false, undefined, null, 1, 'true', {}, []]) {
    it(`does not if it returns ${inspect(answer)}`, async () => {
      const { userId, warnings } = await sentWith(() => answer)
      expect(userId).to.equal(undefined)
      expect(warnings).to.deep.equal([])
    })
  }

  it('does not if it throws, which causes a warning', async () => {
    const { userId, warnings } = await sentWith(() => {
      throw new Error('no session')
    })
    expect(userId).to.equal(undefined)
    expect(warnings).to.have.lengthOf(1)
    expect(warnings[0]).to.match(/option trustUserId threw: Error: no session/)
  })

  for (const [name, trust] of Object.entries({
    'is async and says true': () => Promise.resolve(true),
    'is async and rejects': () => Promise.reject(new Error('no session')),
  })) {
    it(`does not if it ${name}: a promise causes a warning`, async () => {
      const { userId, warnings } = await sentWith(trust)
      expect(userId).to.equal(undefined)
      expect(warnings).to.have.lengthOf(1)
      expect(warnings[0]).to.match(/option trustUserId threw: TypeError: it returned a promise/)
    })
  }

  it('is called with the request, and only if there is an id to trust', async () => {
    const asked: unknown[] = []
    const trustUserId = (request: { url: string }): boolean => asked.push(request.url) > 0
    await sentWith(trustUserId, { Cookie: 'ajs_anonymous_id=anon-1' })
    expect(asked).to.deep.equal([])
    await sentWith(trustUserId)
    expect(asked).to.deep.equal(['/'])
  })
})

describe('what an app’s own functions do wrong', () => {
  const start = sites['Express 5']!

  for (const [name, ip, warning] of [
    ['an ip that throws', () => expectThrown(), /option ip threw: Error: thrown/],
    ['an async ip', () => Promise.resolve('192.0.2.1'), /option ip threw: TypeError: it returned/],
    ['an ip of another type', () => 42, undefined],
  ] as const) {
    it(`${name} leaves the ip out, and the request continues`, async () => {
      const warnings = await warningsOf(() =>
        withSite(
          start,
          { options: { ip } as unknown as NonNullable<SiteOptions['options']> },
          async ({ site, messages }) => {
            expect(await ask(site, '/', cookies)).to.include({ status: 200 })
            const [message] = await messages()
            expect(message).to.have.property('anonymousId', 'anon-1')
            expect(message).to.have.nested.property('context.page.path', '/')
            expect(message!.context).not.to.have.property('ip')
          },
        ),
      )
      expect(warnings).to.have.lengthOf(warning ? 1 : 0)
      if (warning) expect(warnings[0]!.message).to.match(warning)
    })
  }

  it('a cookie reader of its own that throws costs the ids', async () => {
    const reader = { name: 'ours', read: expectThrown }
    const warnings = await warningsOf(() =>
      withSite(start, { options: { sdks: [reader] } }, async ({ site }) => {
        expect(await ask(site, '/', cookies)).to.include({ status: 200 })
      }),
    )
    expect(warnings[0]!.message).to.match(/reading the cookies threw: Error: thrown/)
  })

  it('is warned of the 1st, 10th and 100th time', async () => {
    const warnings = await warningsOf(() =>
      withSite(start, { options: { ip: expectThrown } }, async ({ site }) => {
        for (let i = 0; i < 12; i++) await ask(site, '/', cookies)
      }),
    )
    expect(warnings).to.have.lengthOf(2)
  })
})

function expectThrown(): never {
  throw new Error('thrown')
}
