// What a client shows of itself when it is printed.

import { expect } from 'chai'
import { inspect } from 'node:util'
import { withCollector } from '../support/clients.js'

describe('a client that is printed', () => {
  it('shows its stats and nothing else', () =>
    withCollector(async ({ client }) => {
      const analytics = client({ writeKey: 'the-secret-key' })
      analytics.on(
        'error',
        Object.assign(() => undefined, { note: 'of the listener' }),
      )
      analytics.identify({ userId: 'u1', traits: { email: 'jane.doe@example.com' } })
      const print = (value: unknown): string =>
        inspect(value, { depth: 20, showHidden: true }).replace(/oldestAge: \d+/, 'oldestAge: 0')
      const shown = print(analytics)
      expect(shown).to.equal(`Analytics ${print(analytics.stats())}`)
      expect(shown).to.include('pending: 1')
      expect(shown).not.to.match(/_events|the-secret-key|jane\.doe|of the listener/)
      await analytics.flush()
      expect(inspect(analytics)).to.include('delivered: 1')
    }))

  it('is only named if the depth is reached', () =>
    withCollector(({ client }) => {
      expect(inspect({ a: { client: client() } }, { depth: 1 })).to.equal(
        '{ a: { client: [Analytics] } }',
      )
      return Promise.resolve()
    }))

  it('shows its stats through a Proxy, and if stats() was replaced', () =>
    withCollector(({ client }) => {
      const analytics = client()
      analytics.stats = () => expect.fail('called')
      for (const each of [analytics, new Proxy(analytics, {})]) {
        expect(inspect(each)).to.include('Analytics {').and.to.include('enqueued: 0')
      }
      return Promise.resolve()
    }))
})
