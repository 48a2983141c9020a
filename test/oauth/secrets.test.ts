// Neither the private key nor an assertion, a token or the write key is ever shown.

import { expect } from 'chai'
import { inspect } from 'node:util'
import type { HttpClientRequest } from '../../lib/index.js'
import { warningsOf } from '../support/warnings.js'
import { answering } from './support/servers.js'
import { first, track, withOAuth } from './support/world.js'

describe('secrets of OAuth', () => {
  it('are in no event, error, warning, nor in what is printed of a client', () =>
    withOAuth(async ({ tokens, tracking, client, errors }) => {
      const shown: unknown[] = []
      const assertions: string[] = []
      let isThrowing = false
      // A client of the caller's that shows in its errors all that it was given.
      const makeRequest = async (request: HttpClientRequest): Promise<Response> => {
        const { client_assertion: jwt } = Object.fromEntries(new URLSearchParams(request.body))
        if (jwt !== undefined) assertions.push(jwt)
        if (isThrowing)
          throw Object.assign(new Error(`failed: ${inspect(request)}`), { config: request })
        return await fetch(request.url, request)
      }
      const analytics = client({}, { httpClient: { makeRequest }, maxRetryDuration: 200 })
      analytics.on('http_request', (request) => shown.push(request))
      analytics.on('http_response', (response) => shown.push(response))
      const warnings = await warningsOf(async () => {
        const call = async (): Promise<void> => {
          analytics.track(track, (error) => shown.push(error))
          await analytics.flush()
        }
        await call()
        // Refused by the API, with a token in its own words.
        tracking.revoked.add(tokens.issued[0]!)
        tokens.troubles.push(answering(400, `{"error":"${tokens.issued[0]!}"}`))
        await call()
        isThrowing = true
        await call()
        tracking.revoked.add(tokens.issued.at(-1)!)
        isThrowing = false
        tokens.trouble = answering(500, first.pem)
        await call()
        tokens.trouble = undefined
        tracking.refusal = 401
        shown.push(analytics, analytics.stats())
      })
      expect(errors.length).to.be.at.least(2)
      expect(assertions.length).to.be.at.least(3)
      expect(shown.length).to.be.at.least(8)
      const all = inspect([shown, errors, errors.map(({ cause }) => cause), warnings], {
        depth: Infinity,
        showHidden: true,
        maxStringLength: Infinity,
        maxArrayLength: Infinity,
      })
      expect(all).to.include('Bearer [token]')
      const secrets = ['the-write-key', first.pem.slice(40, 80), ...tokens.issued, ...assertions]
      for (const secret of secrets) expect(all.includes(secret), secret).to.equal(false)
    }))
})
