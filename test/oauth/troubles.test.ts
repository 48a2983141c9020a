// When there is no token: nothing is lost, and nothing is sent without one.

import { expect } from 'chai'
import { checkBooks } from '../support/clients.js'
import { warningsOf } from '../support/warnings.js'
import { answering, type Trouble } from './support/servers.js'
import { first, track, withOAuth, until } from './support/world.js'

const token = (fields: object): string => JSON.stringify({ access_token: 'T', ...fields })

describe('an authorization server that is away for a while, or answers nonsense', () => {
  const troubles: Record<string, Trouble> = {
    'a reset': (_response, request) => void request.socket.resetAndDestroy(),
    'silence, longer than httpRequestTimeout': () => undefined,
    'an answer that never ends': (response) => void response.write('{"access_token":'),
    '500': answering(500),
    '501': answering(501),
    '503': answering(503),
    '503 with Retry-After': answering(503, '', { 'Retry-After': '1' }),
    '429 without Retry-After': answering(429, 'slow down'),
    '429 with Retry-After: 0': answering(429, '', { 'Retry-After': '0' }),
    '408': answering(408),
    'a redirect': answering(302, '', { Location: '/elsewhere' }),
    HTML: answering(200, '<html>Sign in to the hotel</html>', { 'Content-Type': 'text/html' }),
    'an empty answer': answering(200),
    '204': answering(204),
    null: answering(200, 'null'),
    'an array': answering(200, '[1]'),
    'no access_token': answering(200, '{"expires_in":3600}'),
    'an empty access_token': answering(200, token({ access_token: '', expires_in: 60 })),
    'an access_token that is not text': answering(200, '{"access_token":5,"expires_in":60}'),
    'an access_token with a line break': answering(
      200,
      token({ access_token: 'T\r\nX-Evil: 1', expires_in: 60 }),
    ),
    'no expires_in': answering(200, token({})),
    'expires_in 0': answering(200, token({ expires_in: 0 })),
    'a negative expires_in': answering(200, token({ expires_in: -60 })),
    'an expires_in that is text': answering(200, token({ expires_in: '3600' })),
    'an expires_in that is null': answering(200, token({ expires_in: null })),
    'a huge answer': answering(200, token({ expires_in: 60, text: 'x'.repeat(1_000_000) })),
    'an endless answer': (response) => {
      const write = (): void => {
        while (!response.destroyed && response.write('x'.repeat(10_000)));
        if (!response.destroyed) response.once('drain', write)
      }
      write()
    },
    'half an answer': (response) => {
      response.writeHead(200, { 'Content-Length': '100' }).write('{"access_token":')
      setTimeout(() => response.destroy(), 20)
    },
    '401 of no known kind': answering(401, 'the-private-key'),
  }
  for (const [name, trouble] of Object.entries(troubles)) {
    it(`${name}: tried again, and all is delivered, in order`, () =>
      withOAuth(async ({ tokens, tracking, client, errors }) => {
        tokens.troubles.push(trouble)
        const analytics = client({}, { httpRequestTimeout: 1_000, flushAt: 5, maxRetries: 0 })
        const warnings = await warningsOf(async () => {
          for (let i = 0; i < 10; i++) analytics.track({ ...track, event: `event ${i}` })
          await analytics.flush()
        })
        expect(errors).to.deep.equal([])
        expect(tracking.events).to.deep.equal([...Array(10).keys()].map((i) => `event ${i}`))
        expect(tracking.requests.map(({ status }) => status)).to.not.include(401)
        expect(tokens.requests).to.equal(2)
        expect(JSON.stringify(warnings.map(({ message }) => message))).not.to.include('private-key')
        checkBooks(analytics)
      }))
  }

  it('429 with Retry-After is waited for', () =>
    withOAuth(async ({ tokens, tracking, client }) => {
      tokens.troubles.push(answering(429, '', { 'Retry-After': '1' }))
      const analytics = client()
      analytics.track(track)
      const started = performance.now()
      await analytics.flush()
      expect(performance.now() - started).to.be.at.least(1_000)
      expect(tracking.events).to.have.lengthOf(1)
    }))

  it('no server at all: nothing goes to the API, and close() says why', () =>
    withOAuth(async ({ tracking, client, errors }) => {
      const analytics = client({ authServer: 'http://127.0.0.1:9' })
      analytics.track(track)
      expect(await analytics.close({ timeout: 700 })).to.deep.equal({
        delivered: 0,
        failed: 1,
        pending: 0,
      })
      expect(tracking.requests).to.deep.equal([])
      expect(errors.map(({ code, message }) => [code, message])).to.deep.equal([
        [
          'timeout',
          'not delivered within 700 ms of close(): http://127.0.0.1:9 gave no OAuth token: ECONNREFUSED',
        ],
      ])
    }))

  it('is tried for maxRetryDuration, however small maxRetries is', () =>
    withOAuth(async ({ tokens, client, errors }) => {
      tokens.trouble = answering(500)
      const analytics = client({}, { maxRetryDuration: 300, maxRetries: 0 })
      analytics.track(track)
      await analytics.flush()
      expect(errors.map(({ code }) => code)).to.deep.equal(['retries_exhausted'])
      expect(errors[0]?.message).to.match(
        /^gave up; most recently http\S+ gave no OAuth token: it answered 500$/,
      )
      expect(tokens.requests).to.be.at.least(2)
    }))
})

describe('an authorization server that refuses', () => {
  for (const [name, trouble, text] of [
    [
      '400 invalid_grant',
      answering(400, '{"error":"invalid_grant"}'),
      /it answered 400 invalid_grant; check the clientId, clientKey, keyId/,
    ],
    [
      '401 invalid_client',
      answering(401, '{"error":"invalid_client"}'),
      /it answered 401 invalid_client; check/,
    ],
    ['403', answering(403), /it answered 403; check/],
    ['404', answering(404, 'not here'), /it answered 404; check the .*authServer/],
    [
      'an error of its own words',
      answering(400, '{"error":"the-private-key"}'),
      /it answered 400; check/,
    ],
  ] as const) {
    it(`${name}: is warned of at once, and nothing is lost until it is mended`, () =>
      withOAuth(async ({ tokens, tracking, client, errors }) => {
        tokens.trouble = trouble
        const analytics = client({}, { maxRetries: 0 })
        const warnings = await warningsOf(async () => {
          analytics.track(track)
          const flushed = analytics.flush()
          await until(() => tokens.requests >= 3)
          expect(analytics.stats()).to.include({ pending: 1, failed: 0 })
          tokens.trouble = undefined
          await flushed
        })
        expect(tracking.events).to.have.lengthOf(1)
        expect(errors).to.deep.equal([])
        expect(warnings.map(({ code }) => code)).to.deep.equal(['SELFSAME_STRUGGLING'])
        expect(warnings[0]?.message).to.match(text)
        expect(warnings[0]?.message).not.to.include('private-key')
      }))
  }

  it('causes another warning if it had recovered meanwhile', () =>
    withOAuth(async ({ tokens, client }) => {
      const analytics = client()
      // Each batch has to ask for a token of its own.
      tokens.life = 1e-9
      const warnings = await warningsOf(async () => {
        for (let i = 0; i < 2; i++) {
          tokens.troubles.push(answering(403), answering(403))
          analytics.track(track)
          await analytics.flush()
        }
      })
      expect(warnings.map(({ code }) => code)).to.deep.equal(Array(2).fill('SELFSAME_STRUGGLING'))
    }))
})

describe('a function clientKey that gives no key', () => {
  for (const [name, clientKey, text] of [
    [
      'throws',
      () => {
        throw Object.assign(new Error('the-private-key'), { code: 'ENOENT' })
      },
      'a function that threw ENOENT',
    ],
    [
      'rejects',
      () => Promise.reject(new TypeError('the-private-key')),
      'a function that threw TypeError',
    ],
    ['gives nothing', () => undefined, 'a function that gives undefined'],
    [
      'gives something else',
      () => 'the-private-key',
      'a function that gives a string that is not a private key in PEM',
    ],
    ['gives an object without a key', () => ({ keyId: 'k' }), 'a function that gives undefined'],
  ] as const) {
    it(`${name}: is warned of at once, shows nothing, and is called again`, () =>
      withOAuth(async ({ tokens, client, errors }) => {
        let calls = 0
        const analytics = client({
          clientKey: (() => {
            calls++
            return clientKey()
          }) as never,
        })
        const warnings = await warningsOf(async () => {
          analytics.track(track)
          void analytics.flush()
          await until(() => calls >= 3)
          await analytics.close({ timeout: 0 })
        })
        expect(tokens.requests).to.equal(0)
        expect(errors).to.have.lengthOf(1)
        expect(warnings).to.have.lengthOf(1)
        const said = `oauth.clientKey is ${text}; allowed: the PEM of an RSA private key`
        expect(warnings[0]?.message).to.include(said)
        expect(errors[0]?.message).to.include(said)
        expect(`${warnings[0]?.stack} ${errors[0]?.stack}`).not.to.include('the-private-key')
      }))
  }

  it('that never settles is bounded by httpRequestTimeout', () =>
    withOAuth(async ({ tracking, client }) => {
      let calls = 0
      const analytics = client(
        {
          clientKey: async () => {
            if (++calls === 1) await new Promise(() => undefined)
            return first.pem
          },
        },
        { httpRequestTimeout: 200 },
      )
      const warnings = await warningsOf(async () => {
        analytics.track(track)
        await analytics.flush()
      })
      expect(warnings.map(({ message }) => message).join()).to.include(
        'oauth.clientKey is a function that gives no key in time',
      )
      expect(calls).to.equal(2)
      expect(tracking.events).to.have.lengthOf(1)
    }))
})

describe('close() while a token is waited for', () => {
  it('gives the request up, and holds nothing open', () =>
    withOAuth(async ({ tokens, client, errors }) => {
      let isGivenUp: Promise<void> | undefined
      tokens.trouble = (response) => {
        isGivenUp = new Promise((resolve) => response.on('close', resolve))
      }
      const analytics = client({}, { httpRequestTimeout: 60_000 })
      analytics.track(track)
      void analytics.flush()
      await until(() => isGivenUp !== undefined)
      await analytics.close({ timeout: 10 })
      await isGivenUp
      expect(errors.map(({ code }) => code)).to.deep.equal(['timeout'])
    }))
})
