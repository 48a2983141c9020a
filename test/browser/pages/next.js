// The page of analytics-next: the real one from npm, behind the few functions that the tests call in a page.
/* global window, location, userOptions */
import { AnalyticsBrowser } from '@segment/analytics-next'

const apiKey = 'browser'

async function load() {
  const settings = {
    writeKey: apiKey,
    cdnSettings: {
      integrations: {
        'Segment.io': { apiKey, protocol: 'http', apiHost: `${location.host}/v1` },
      },
      metrics: { sampleRate: 0 },
    },
  }
  const [analytics] = await AnalyticsBrowser.load(settings, { user: userOptions })
  return {
    anonymousId: () => analytics.user().anonymousId(),
    userId: () => analytics.user().id(),
    setUserId: (id) => void analytics.user().id(id),
    track: async (event) => void (await analytics.track(event)),
    trackAs: async ({ event, anonymousId }) =>
      void (await analytics.track(event, {}, { anonymousId })),
    identify: async ({ userId, traits }) => void (await analytics.identify(userId, traits)),
    clearTraits: () => void analytics.user().traits({}),
    reset: async () => void (await analytics.reset()),
  }
}

window.sdk = load()
