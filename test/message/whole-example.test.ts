// A message with every field, as the Segment spec shows one, can be passed to its call and arrives as it is.

import { expect } from 'chai'
import { once } from 'node:events'
import { withCollector } from '../support/clients.js'

describe('the complete example of an identify call in the Segment spec', () => {
  it('arrives unchanged, top-level channel and version included', () =>
    withCollector(async ({ collector, client }) => {
      const context = { ip: '', userAgent: 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_9_5)' }
      const example = {
        anonymousId: '507f191e810c19729de860ea',
        channel: 'browser',
        integrations: { All: false, Mixpanel: true, Salesforce: true },
        messageId: '022bb90c-bbac-11e4-8dfc-aa07a5b093db',
        receivedAt: '2015-02-23T22:28:55.387Z',
        sentAt: '2015-02-23T22:28:55.111Z',
        timestamp: '2015-02-23T22:28:55.111Z',
        traits: {
          name: 'Peter Gibbons',
          email: 'peter@initech.com',
          plan: 'premium',
          logins: 5,
          address: {
            street: '6th St',
            city: 'San Francisco',
            state: 'CA',
            postalCode: '94103',
            country: 'USA',
          },
        },
        type: 'identify',
        userId: '97980cfea0067',
        version: '1.1',
      }
      const analytics = client()
      const request = once(analytics, 'http_request') as Promise<[{ body: string }]>
      analytics.identify({ ...example, context })
      await analytics.flush()
      const [{ body }] = await request
      const { batch } = JSON.parse(body) as { batch: { context: Record<string, unknown> }[] }
      const { context: sentContext, ...sent } = batch[0]!
      expect(sent).to.deep.equal(example)
      const { library, ...others } = sentContext
      expect(others).to.deep.equal(context)
      expect(library).to.include({ name: 'selfsame' })
      expect(collector.messages[0]).to.include({ channel: 'browser', version: '1.1' })
    }))
})
