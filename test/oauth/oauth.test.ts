// OAuth 2.0, against an authorization server that checks every assertion.

import { expect } from 'chai'
import nock from 'nock'
import { Analytics, type AnalyticsOptions } from '../../lib/index.js'
import { checkBooks, withCollector } from '../support/clients.js'
import { first, second, track, withOAuth, until } from './support/world.js'

// Importing it is enough to make it intercept, also in the tests that run later in this process, against real servers.
nock.restore()

describe('a client with OAuth', () => {
  it('asks for a token with an RS256 JWT of at most 60 s, and sends it beside the write key in the body', () =>
    withOAuth(async ({ tokens, tracking, client }) => {
      const analytics = client()
      analytics.track(track)
      expect(await analytics.flush()).to.deep.equal({ delivered: 1, failed: 0, pending: 0 })
      expect(tokens.problems).to.deep.equal([])
      expect(tokens.assertions).to.have.lengthOf(1)
      const [{ header, payload, scope }] = tokens.assertions as [(typeof tokens.assertions)[0]]
      expect(header).to.deep.equal({ alg: 'RS256', typ: 'JWT', kid: 'key-1' })
      expect(payload).to.include({ iss: 'app-1', sub: 'app-1', aud: tokens.url })
      expect(Number(payload.exp) - Number(payload.iat)).to.be.within(1, 60)
      expect(scope).to.equal('tracking_api:write')
      const [request] = tracking.requests
      expect(request?.authorization).to.equal(`Bearer ${tokens.issued[0]}`)
      expect(request?.body).to.have.all.keys('batch', 'sentAt', 'writeKey')
      expect(request?.body.writeKey).to.equal('the-write-key')
    }))

  it('reuses the token until shortly before it runs out', () =>
    withOAuth(async ({ tokens, tracking, client }) => {
      const analytics = client()
      tokens.life = 3_600
      const began = performance.now()
      try {
        for (const [seconds, issued] of [
          [0, 1],
          [1, 1],
          [3_400, 1],
          [3_545, 2],
          [7_000, 2],
        ] as const) {
          // The token may be used for 3,540 s since it was asked for, which was after `began`.
          performance.now = () => began + seconds * 1_000
          analytics.track(track)
          await analytics.flush()
          expect(tokens.issued, `${seconds} s`).to.have.lengthOf(issued)
        }
      } finally {
        Reflect.deleteProperty(performance, 'now')
      }
      expect(tracking.requests.map(({ authorization }) => authorization)).to.deep.equal(
        [0, 0, 0, 1, 1].map((index) => `Bearer ${tokens.issued[index]}`),
      )
    }))

  it('keeps it whatever becomes of the clock', () =>
    withOAuth(async ({ tokens, client }) => {
      const { now } = Date
      const analytics = client()
      try {
        for (const jump of [0, 1e10, -1e10]) {
          Date.now = () => now() + jump
          analytics.track(track)
          await analytics.flush()
        }
      } finally {
        Date.now = now
      }
      expect(tokens.requests).to.equal(1)
    }))

  it('asks once, however many requests wait for the token', () =>
    withOAuth(async ({ tokens, tracking, client }) => {
      const analytics = client({}, { maxInFlight: 5, flushAt: 10, maxBatchSize: 10 })
      tokens.troubles.push((response) => {
        // When all five have begun their first try, and ask.
        const wait = setInterval(() => {
          if (analytics.stats().requests < 5) return
          clearInterval(wait)
          tokens.issued.push('one-for-all')
          response.end('{"access_token":"one-for-all","expires_in":60}')
        }, 20)
      })
      for (let i = 0; i < 50; i++) analytics.track(track)
      await analytics.flush()
      expect(tokens.requests).to.equal(1)
      expect(tracking.events).to.have.lengthOf(50)
    }))

  it('is delivered to the collector too', () =>
    withOAuth(({ tokens, client }) =>
      withCollector(async ({ collector }) => {
        const analytics = client({}, { host: collector.url, gzip: true })
        analytics.track(track)
        await analytics.flush()
        expect(collector.messages).to.have.lengthOf(1)
        expect(tokens.issued).to.have.lengthOf(1)
      }),
    ))

  it('works under the name that @segment/analytics-node has for it', () =>
    withOAuth(async ({ tokens, tracking, client }) => {
      const oauthSettings = {
        clientId: 'app-1',
        clientKey: first.pem,
        keyId: 'key-1',
        authServer: `${tokens.url}/`,
        scope: 'another:scope',
        maxRetries: 3,
        httpClient: {
          makeRequest: ({ url, ...request }: { url: string; body: string }) => fetch(url, request),
        },
      }
      const analytics = client({}, { oauth: undefined, oauthSettings })
      analytics.track(track)
      await analytics.flush()
      expect(tracking.events).to.have.lengthOf(1)
      expect(tokens.assertions[0]?.scope).to.equal('another:scope')
      expect(tokens.problems).to.deep.equal([])
    }))

  it('asks through its httpClient, which is also that of the option httpClient', () =>
    withOAuth(async ({ tokens, tracking, client }) => {
      const asked: string[] = []
      const analytics = client(
        {},
        {
          httpClient: (url, request) => {
            asked.push(url)
            return fetch(url, request)
          },
        },
      )
      analytics.track(track)
      await analytics.flush()
      expect(asked).to.deep.equal([`${tokens.url}/token`, `${tracking.url}/v1/batch`])
      expect(tracking.events).to.have.lengthOf(1)
    }))

  for (const [region, host, server] of [
    ['the default', 'https://api.segment.io', 'https://oauth2.segment.io'],
    ['the EU', 'https://events.eu1.segmentapis.com', 'https://oauth2.eu1.segmentapis.com'],
  ] as const) {
    it(`asks the authorization server of its region: ${region}`, async () => {
      let audience: unknown
      nock.activate()
      const scopes = [
        nock(server)
          .post('/token', ({ client_assertion: jwt }: { client_assertion: string }) => {
            const payload = Buffer.from(jwt.split('.')[1]!, 'base64url').toString()
            audience = (JSON.parse(payload) as { aud: string }).aud
            return true
          })
          .reply(200, { access_token: 'T', expires_in: 60 }),
        nock(host).post('/v1/batch').matchHeader('authorization', 'Bearer T').reply(200),
      ]
      const oauth = { clientId: 'app-1', clientKey: first.pem, keyId: 'key-1' }
      const analytics = new Analytics({ writeKey: 'k', host, oauth })
      try {
        analytics.track(track)
        expect((await analytics.flush()).delivered).to.equal(1)
        expect(audience).to.equal(server)
        for (const scope of scopes) scope.done()
      } finally {
        await analytics.close()
        nock.cleanAll()
        nock.restore()
      }
    })
  }
})

describe('the body of a request with OAuth', () => {
  it('is no larger than maxBatchBytes, the write key included, to the byte', () =>
    withOAuth(async ({ tracking, client }) => {
      const maxBatchBytes = 2_048
      const analytics = client({}, { maxBatchBytes })
      for (let i = 0; i < 40; i++) analytics.track({ ...track, messageId: `m${i + 10}` })
      await analytics.flush()
      expect(tracking.events).to.have.lengthOf(40)
      const size = JSON.stringify(tracking.requests[0]!.body.batch[0]).length + 1
      const full = tracking.requests.slice(0, -1).map(({ length }) => length)
      expect(full).to.not.be.empty
      for (const length of full)
        expect(length).to.be.within(maxBatchBytes - size + 1, maxBatchBytes)
      const [{ raw }] = tracking.requests as [(typeof tracking.requests)[0]]
      expect(raw).to.match(/^\{"batch":\[\{.*\}\],"sentAt":"[^"]+","writeKey":"the-write-key"\}$/)
    }))

  it('is sent with the time of its request, however long the token was waited for', () =>
    withOAuth(async ({ tokens, tracking, client }) => {
      let answered = Infinity
      const analytics = client()
      tokens.troubles.push((response) => {
        setTimeout(() => {
          answered = Date.now()
          tokens.issued.push('late')
          response.end('{"access_token":"late","expires_in":60}')
        }, 300)
      })
      analytics.track(track)
      await analytics.flush()
      const sentAt = Date.parse(String(tracking.requests[0]?.body.sentAt))
      expect(sentAt).to.be.at.least(answered)
    }))
})

describe('a token that the API refuses', () => {
  for (const status of [401, 403, 511]) {
    it(`with ${status} is renewed once, and the batch goes again, at once`, () =>
      withOAuth(async ({ tokens, tracking, client, errors }) => {
        tracking.refusal = status
        const analytics = client()
        analytics.track({ ...track, event: 'before' })
        await analytics.flush()
        tracking.revoked.add(tokens.issued[0]!)
        analytics.track({ ...track, event: 'after' })
        await analytics.flush()
        expect(errors).to.deep.equal([])
        expect(tracking.events).to.deep.equal(['before', 'after'])
        expect(
          tracking.requests.map(({ status, retryCount }) => [status, retryCount]),
        ).to.deep.equal([
          [200, undefined],
          [status, undefined],
          [200, '1'],
        ])
        expect(tokens.issued).to.have.lengthOf(2)
        checkBooks(analytics)
      }))
  }

  it('is renewed once for all the requests that are under way', () =>
    withOAuth(async ({ tokens, tracking, client, errors }) => {
      const analytics = client({}, { maxInFlight: 5, flushAt: 10, maxBatchSize: 10 })
      analytics.track(track)
      await analytics.flush()
      tracking.revoked.add(tokens.issued[0]!)
      // Their answers come when all are there.
      let together: (() => void) | undefined
      let underWay = 0
      const all = new Promise<void>((resolve) => (together = resolve))
      tracking.onRequest = () => {
        if (++underWay === 5) together?.()
        return all
      }
      for (let i = 0; i < 50; i++) analytics.track(track)
      await analytics.flush()
      expect(errors).to.deep.equal([])
      expect(tracking.events).to.have.lengthOf(51)
      expect(tokens.issued).to.have.lengthOf(2)
    }))

  it('is a refusal if the next one is refused too: reported once, and the next batch has its own chance', () =>
    withOAuth(async ({ tokens, tracking, client, errors }) => {
      const analytics = client({}, { writeKey: 'of-another-source' })
      for (let i = 0; i < 3; i++) analytics.track(track)
      expect(await analytics.flush()).to.deep.equal({ delivered: 0, failed: 3, pending: 0 })
      expect(errors.map(({ code, status, messages }) => [code, status, messages.length]))
        .to.deep // prettier-ignore
        .equal([['rejected', 401, 3]])
      expect(tracking.requests.map(({ status }) => status)).to.deep.equal([401, 401])
      expect(tokens.issued).to.have.lengthOf(2)
      checkBooks(analytics)
    }))
})

describe('the private key', () => {
  const sources: Record<string, NonNullable<AnalyticsOptions['oauth']>['clientKey']> = {
    'a function': () => ({ clientKey: second.pem, keyId: 'key-2' }),
    'an asynchronous function': () => Promise.resolve({ clientKey: second.pem, keyId: 'key-2' }),
  }
  for (const [name, clientKey] of Object.entries(sources)) {
    it(`may be ${name} that gives the keyId with it`, () =>
      withOAuth(async ({ tokens, tracking, client }) => {
        const analytics = client({ clientKey, keyId: undefined })
        analytics.track(track)
        await analytics.flush()
        expect(tracking.events).to.have.lengthOf(1)
        expect(tokens.assertions.map(({ header }) => header.kid)).to.deep.equal(['key-2'])
      }))
  }

  it('is read again for each token, so that a rotated one is taken up', () =>
    withOAuth(async ({ tokens, tracking, client, errors }) => {
      let key = { clientKey: first.pem, keyId: 'key-1' }
      const analytics = client({ clientKey: () => key, keyId: undefined })
      analytics.track({ ...track, event: 'before' })
      await analytics.flush()
      tokens.revoke('key-1')
      tracking.revoked.add(tokens.issued[0]!)
      analytics.track({ ...track, event: 'between' })
      const flushed = analytics.flush()
      // Nothing is lost meanwhile, though the old key is refused.
      await until(() => tokens.problems.length >= 2)
      expect(analytics.stats()).to.include({ pending: 1, failed: 0 })
      key = { clientKey: second.pem, keyId: 'key-2' }
      await flushed
      expect(errors).to.deep.equal([])
      expect(tracking.events).to.deep.equal(['before', 'between'])
    }))

  it('may be given by a function without its keyId, and in PKCS #1', () =>
    withOAuth(async ({ tracking, client }) => {
      const { createPrivateKey } = await import('node:crypto')
      const pem = createPrivateKey(first.pem).export({ type: 'pkcs1', format: 'pem' }) as string
      const analytics = client({ clientKey: () => pem })
      analytics.track(track)
      await analytics.flush()
      expect(tracking.events).to.have.lengthOf(1)
    }))
})

describe('a wrong clock', () => {
  for (const [name, ahead] of [
    ['an hour behind', 3_600_000],
    ['an hour ahead', -3_600_000],
  ] as const) {
    it(`${name} of the server is corrected by its Date, without a warning`, () =>
      withOAuth(async ({ tokens, tracking, client, errors }) => {
        tokens.ahead = ahead
        const analytics = client()
        analytics.track(track)
        await analytics.flush()
        expect(tracking.events).to.have.lengthOf(1)
        expect(tokens.problems).to.deep.equal(['time'])
        expect(analytics.stats().retries).to.equal(0)
        // Known from now on.
        tracking.revoked.add(tokens.issued[0]!)
        analytics.track(track)
        await analytics.flush()
        expect(tokens.problems).to.deep.equal(['time'])
        expect(tokens.issued).to.have.lengthOf(2)
        expect(errors).to.deep.equal([])
      }))
  }

  it('that is right is no reason for a second try', () =>
    withOAuth(async ({ tokens, client }) => {
      tokens.revoke('key-1')
      const analytics = client()
      analytics.track(track)
      void analytics.flush()
      await until(() => tokens.problems.length >= 2)
      expect(tokens.requests).to.be.at.most(analytics.stats().requests)
    }))
})
