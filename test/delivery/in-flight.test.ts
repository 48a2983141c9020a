// How many requests are in flight at a time.

import { expect } from 'chai'
import { memory } from '../../lib/index.js'
import { checkBooks, withCollector } from '../support/clients.js'
import { warningsOf } from '../support/warnings.js'

const call = { userId: 'u', event: 'E' }

describe('maxInFlight', () => {
  it('of 1,000 is reached, and causes no warning', () =>
    withCollector(async ({ client }) => {
      let inFlight = 0
      let most = 0
      let release: (() => void) | undefined
      const released = new Promise<void>((resolve) => (release = resolve))
      const warnings = await warningsOf(async () => {
        const analytics = client({
          maxInFlight: 1_000,
          maxBatchSize: 1,
          httpClient: async () => {
            most = Math.max(most, ++inFlight)
            if (inFlight === 1_000) release?.()
            await released
            inFlight--
            return { status: 200 }
          },
        })
        for (let n = 0; n < 1_200; n++) analytics.track(call)
        expect(await analytics.flush()).to.deep.equal({ delivered: 1_200, failed: 0, pending: 0 })
        checkBooks(analytics)
      })
      expect(most).to.equal(1_000)
      expect(warnings.map(({ message }) => message)).to.deep.equal([])
    })).timeout(30_000)

  it('asks the outbox once for a single message, however many requests may be in flight', () =>
    withCollector(async ({ client }) => {
      let takes = 0
      const analytics = client({
        maxInFlight: 1_000,
        outbox: (settings) => {
          const inner = memory()(settings)
          return new Proxy(inner, {
            get: (_target, name) => {
              if (name === 'take') takes++
              const value: unknown = Reflect.get(inner, name, inner)
              return typeof value === 'function' ? (value.bind(inner) as unknown) : value
            },
          })
        },
      })
      analytics.track(call)
      await analytics.flush()
      expect(takes).to.equal(1)
      analytics.track(call)
      await analytics.flush()
      expect(takes).to.equal(2)
    }))

  it('is used again after an outbox has thrown, and after what was in flight was given up', () =>
    withCollector(async ({ collector, client }) => {
      let takes = 0
      const warnings = await warningsOf(async () => {
        const analytics = client({
          maxInFlight: 4,
          maxBatchSize: 1,
          outbox: (settings) => {
            const inner = memory()(settings)
            return new Proxy(inner, {
              get: (_target, name) => {
                if (name === 'take' && ++takes === 2) throw new Error('no store')
                const value: unknown = Reflect.get(inner, name, inner)
                return typeof value === 'function' ? (value.bind(inner) as unknown) : value
              },
            })
          },
        })
        for (let n = 0; n < 8; n++) analytics.track(call)
        expect(await analytics.flush()).to.deep.equal({ delivered: 8, failed: 0, pending: 0 })
      })
      expect(warnings).to.have.lengthOf(1)
      expect(collector.accepted).to.equal(8)
    }))
})
