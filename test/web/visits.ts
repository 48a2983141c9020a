// One site with a collector behind it, for one test.

import type { CollectedMessage } from '@selfsame/collector'
import type { Analytics, AnalyticsOptions } from '../../lib/index.js'
import { withCollector } from '../support/clients.js'
import type { Site, SiteOptions, StartSite } from './sites.js'

export interface Visited {
  site: Site
  analytics: Analytics
  /** What the site's clients have sent so far. */
  messages: () => Promise<readonly CollectedMessage[]>
}

/** Runs a test with a site, which tracks each visit unless it is told to serve otherwise. */
export async function withSite(
  start: StartSite,
  options: Partial<SiteOptions>,
  test: (visited: Visited) => Promise<void>,
  clientOptions: Partial<AnalyticsOptions> = {},
): Promise<void> {
  await withCollector(async ({ collector, client }) => {
    const analytics = client({ onInvalid: 'report', ...clientOptions })
    analytics.on('error', () => undefined)
    const site = await start({
      analytics,
      serve: (visit) => visit.analytics.track({ event: 'Visited' }),
      ...options,
    })
    const messages = async (): Promise<readonly CollectedMessage[]> => {
      await analytics.flush()
      return collector.messages
    }
    try {
      await test({ site, analytics, messages })
    } finally {
      await site.close()
    }
  })
}
