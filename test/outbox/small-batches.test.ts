// maxBatchBytes bounds the body of a request, and so the messages in it too.

import { expect } from 'chai'
import type { AnalyticsError } from '../../lib/index.js'
import { checkBooks, withCollector } from '../support/clients.js'

const maxBatchBytes = 1_024

describe('a message that no request within maxBatchBytes can hold', () => {
  it('fails as message_too_large with the size that is allowed, and its neighbours are delivered', () =>
    withCollector(async ({ collector, client }) => {
      const analytics = client({ maxBatchBytes })
      const errors: AnalyticsError[] = []
      analytics.on('error', (error) => errors.push(error))
      const track = (event: string, length: number): unknown =>
        analytics.track({ userId: 'u', event, properties: { text: 'x'.repeat(length) } })
      track('before', 10)
      track('large', 2_000)
      track('after', 10)
      await analytics.flush()
      expect(errors.map(({ code }) => code)).to.deep.equal(['message_too_large'])
      const allowed = Number(/(\d+)\D*$/.exec(errors[0]!.message)?.[1])
      expect(allowed).to.be.within(maxBatchBytes / 2, maxBatchBytes)
      expect(collector.messages.map(({ event }) => event)).to.deep.equal(['before', 'after'])
      checkBooks(analytics)
    }))

  it('is one byte longer than the longest that is delivered, in a body of maxBatchBytes', () =>
    withCollector(async ({ collector, client }) => {
      const analytics = client({ maxBatchBytes, flushAt: 1 })
      const errors: AnalyticsError[] = []
      analytics.on('error', (error) => errors.push(error))
      for (let length = 500; length < 1_024; length++) {
        const properties = { text: 'x'.repeat(length) }
        analytics.track({ userId: 'u', event: 'E', properties })
      }
      await analytics.flush()
      const largest = Math.max(...collector.requests.map(({ bytes }) => bytes))
      expect(largest).to.equal(maxBatchBytes)
      expect(errors).to.have.lengthOf(524 - collector.accepted)
      expect(new Set(errors.map(({ code }) => code))).to.deep.equal(new Set(['message_too_large']))
    }))
})
