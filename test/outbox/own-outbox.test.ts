// An outbox of the caller's own.

import { expect } from 'chai'
import { memory, type AnalyticsError } from '../../lib/index.js'
import { checkBooks, withCollector } from '../support/clients.js'

describe('an outbox of one’s own', () => {
  it('that throws fails the message, and not the call', () =>
    withCollector(async ({ collector, client }) => {
      let calls = 0
      const analytics = client({
        outbox: (settings) => {
          const outbox = memory()(settings)
          const { append } = outbox
          outbox.append = (...args) => {
            if (++calls === 2) throw new Error('no connection')
            return append.apply(outbox, args)
          }
          return outbox
        },
      })
      const errors: AnalyticsError[] = []
      analytics.on('error', (error) => errors.push(error))
      for (const event of ['A', 'B', 'C']) analytics.track({ userId: 'u', event })
      expect(await analytics.close()).to.deep.equal({ delivered: 2, failed: 1, pending: 0 })
      checkBooks(analytics)
      expect(errors.map(({ code, message }) => [code, message])).to.deep.equal([
        ['queue_full', 'the outbox threw: no connection'],
      ])
      expect(collector.messages.map(({ event }) => event)).to.deep.equal(['A', 'C'])
    }))
})

describe('a callback that cannot even be looked at', () => {
  it('fails its message, and not the call', () =>
    withCollector(async ({ client }) => {
      const analytics = client({ onInvalid: 'report' })
      const { proxy, revoke } = Proxy.revocable(() => undefined, {})
      revoke()
      analytics.on('error', () => undefined)
      analytics.track({ userId: 'u', event: 'E' }, proxy)
      expect(await analytics.close()).to.deep.equal({ delivered: 0, failed: 1, pending: 0 })
    }))
})
