// The headers that every request has.

import { expect } from 'chai'
import { version } from '../../lib/runtime/version.js'
import { withCollector } from '../support/clients.js'

describe('a request', () => {
  it('names the library and its version as its User-Agent, retries included', () =>
    withCollector(async ({ collector, client }) => {
      collector.misbehave({ status: 500 })
      const analytics = client()
      analytics.track({ userId: 'u', event: 'E' })
      await analytics.flush()
      expect(collector.requests.map(({ headers }) => headers['user-agent'])).to.deep.equal([
        `selfsame/${version}`,
        `selfsame/${version}`,
      ])
    }))
})
