// A collector and clients for one test; both are closed when it ends.

import { Analytics, type AnalyticsOptions } from '../../lib/index.js'
import { startCollector, type Collector } from '@selfsame/collector'

export interface Setup {
  collector: Collector
  /** A client of the collector. */
  client: (options?: Partial<AnalyticsOptions>) => Analytics
}

/** Runs a test with a collector of its own, and closes everything after it. */
export async function withCollector(test: (setup: Setup) => Promise<void>): Promise<void> {
  const collector = await startCollector()
  const clients: Analytics[] = []
  try {
    await test({
      collector,
      client: (options = {}) => {
        const client = new Analytics({ writeKey: 'abc123', host: collector.url, ...options })
        clients.push(client)
        return client
      },
    })
  } finally {
    for (const client of clients) {
      client.on('error', () => undefined)
      await client.close({ timeout: 0 })
    }
    await collector.close()
  }
}

/** `enqueued = delivered + failed + pending`, or an error that shows the books. */
export function checkBooks(client: Analytics): void {
  const stats = client.stats()
  const { enqueued, delivered, failed, pending } = stats
  if (enqueued !== delivered + failed + pending) {
    throw new Error(`the books do not balance: ${JSON.stringify(stats)}`)
  }
}
