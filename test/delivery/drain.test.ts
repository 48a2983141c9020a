// `drain`: when callers that were asked to wait are told that there is room again.

import { expect } from 'chai'
import { once } from 'node:events'
import type { Analytics } from '../../lib/index.js'
import { withCollector } from '../support/clients.js'

const maxQueueBytes = 40_000

const call = { userId: 'u', event: 'E', properties: { text: 'x'.repeat(300) } }

/** Calls until it is asked to wait. */
function fill(analytics: Analytics): void {
  while (analytics.track(call));
}

describe('drain', () => {
  it('comes once, when a quarter of maxQueueBytes is left', () =>
    withCollector(async ({ client }) => {
      const analytics = client({ maxQueueBytes, maxBatchSize: 4 })
      const bytes: number[] = []
      const atDrain: number[] = []
      analytics.on('drain', () => atDrain.push(analytics.stats().bytes))
      analytics.on('http_request', () => bytes.push(analytics.stats().bytes))
      fill(analytics)
      expect(analytics.stats().bytes).to.be.above(maxQueueBytes / 2)
      await analytics.flush()
      const first = bytes.find((each) => each <= maxQueueBytes / 4)
      expect(first).to.be.above(0)
      expect(atDrain).to.deep.equal([first])
    }))

  it('does not wait for flushInterval: what is needed to make room goes at once', () =>
    withCollector(async ({ client }) => {
      const analytics = client({ maxQueueBytes, flushAt: 1_000, flushInterval: 60_000 })
      fill(analytics)
      await once(analytics, 'http_request')
      const { bytes } = analytics.stats()
      // Other callers do not wait. What they add is less than half of maxQueueBytes, and more than a quarter.
      while (analytics.stats().bytes - bytes < maxQueueBytes * 0.35) analytics.track(call)
      await once(analytics, 'drain')
      expect(analytics.stats()).to.include({ pending: 0, requests: 2 })
    }))
})
