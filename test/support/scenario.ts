// A fault scenario: 2,000 messages at flushAt 50 on otherwise default options, the books checked throughout.

import { expect } from 'chai'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Collector } from '@selfsame/collector'
import type { Analytics, AnalyticsError } from '../../lib/index.js'
import { checkBooks, withCollector } from './clients.js'

const total = 2_000

export interface Run {
  collector: Collector
  analytics: Analytics
  errors: AnalyticsError[]
}

/** Lets a client deliver to a collector that misbehaves, and checks what holds in every scenario. */
export async function scenario(
  misbehave: (collector: Collector) => Promise<void> | void,
  check: (run: Run) => void,
): Promise<void> {
  await withCollector(async ({ collector, client }) => {
    await misbehave(collector)
    const analytics = client({ flushAt: 50 })
    const errors: AnalyticsError[] = []
    analytics.on('error', (error) => errors.push(error))
    const checkAll = (): void => {
      checkBooks(analytics)
      // Nothing is called delivered that was not.
      expect(analytics.stats().delivered).to.be.at.most(collector.accepted)
    }
    analytics.on('http_request', checkAll)
    analytics.on('http_response', checkAll)
    const callbacks = { delivered: 0, failed: 0 }
    for (let i = 0; i < total; i++) {
      analytics.track({ userId: 'u', event: `event ${i}`, messageId: `m${i}` }, (error) => {
        callbacks[error ? 'failed' : 'delivered']++
        checkAll()
      })
      if (i % 50 === 49) await nextTurn()
    }
    const counts = await analytics.flush()
    checkAll()
    expect(counts.delivered + counts.failed).to.equal(total)
    expect(callbacks).to.deep.equal({ delivered: counts.delivered, failed: counts.failed })
    expect(errors.flatMap(({ messages }) => messages)).to.have.lengthOf(counts.failed)
    check({ collector, analytics, errors })
  })
}

/** All that were called, but for those named, once each and in call order. */
export function expectAllBut(collector: Collector, ...missing: number[]): void {
  const expected = [...Array(total).keys()].filter((i) => !missing.includes(i)).map((i) => `m${i}`)
  expect(collector.messages.map(({ messageId }) => messageId)).to.deep.equal(expected)
}
