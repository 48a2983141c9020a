// The API has no room for a year of five digits: where the allowed times end, to the millisecond.

import { expect } from 'chai'
import { AnalyticsError } from '../../lib/index.js'
import { withCollector } from '../support/clients.js'

const endOf9999 = Date.UTC(10_000, 0, 1) - 1

describe('the last timestamp that is allowed', () => {
  it('is the last millisecond of the year 9999, as a Date or in epoch milliseconds', () =>
    withCollector(async ({ collector, client }) => {
      const analytics = client()
      for (const timestamp of [endOf9999, new Date(endOf9999)])
        analytics.track({ userId: 'u', event: 'E', timestamp })
      await analytics.flush()
      expect(collector.messages.map((message) => message.originalTimestamp)).to.deep.equal([
        '9999-12-31T23:59:59.999Z',
        '9999-12-31T23:59:59.999Z',
      ])
    }))

  it('is not the first of the year 10000', () =>
    withCollector(({ client }) => {
      const analytics = client()
      for (const timestamp of [endOf9999 + 1, new Date(endOf9999 + 1)])
        expect(() => analytics.track({ userId: 'u', event: 'E', timestamp }))
          .to.throw(AnalyticsError)
          .with.property('code', 'invalid_message')
      return Promise.resolve()
    }))
})
