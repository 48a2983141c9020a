// A client with a plan, and a collector that gets what it sends.

import { startCollector, type Collector } from '@selfsame/collector'
import { Analytics, type AnalyticsOptions } from '../../lib/index.js'
import type { AnyPlan } from '../../lib/plan/index.js'
import { checkBooks } from '../support/clients.js'

interface Setup<P extends AnyPlan> {
  readonly analytics: Analytics<P>
  readonly collector: Collector
}

/** Runs a test with a client, whose books have to balance at the end. */
export async function withPlan<P extends AnyPlan>(
  plan: P,
  options: Omit<AnalyticsOptions, 'plan' | 'writeKey'>,
  test: (setup: Setup<P>) => Promise<void>,
): Promise<void> {
  const collector = await startCollector()
  const analytics = new Analytics<P>({ writeKey: 'abc123', host: collector.url, ...options, plan })
  try {
    await test({ analytics, collector })
    checkBooks(analytics)
  } finally {
    analytics.on('error', () => undefined)
    await analytics.close({ timeout: 0 })
    await collector.close()
  }
}
