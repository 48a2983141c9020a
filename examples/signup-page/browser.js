// What runs in the browser: Segment's analytics.js from npm, and what a logout needs of it.
/* global document, location, window */
import { AnalyticsBrowser } from '@segment/analytics-next'

const writeKey = 'browser'

const analytics = AnalyticsBrowser.load({
  writeKey,
  // Settings that are given here are not fetched from Segment's CDN.
  cdnSettings: {
    integrations: {
      'Segment.io': {
        apiKey: writeKey,
        // To our own origin, where forward.js takes the events.
        protocol: location.protocol.slice(0, -1),
        apiHost: `${location.host}/v1`,
        // So that an event made just before the page is left is sent nevertheless.
        deliveryStrategy: { config: { keepalive: true } },
      },
    },
    // analytics.js would send figures about itself to Segment.
    metrics: { sampleRate: 0 },
  },
})

analytics.page()

document.querySelector('#pricing')?.addEventListener('click', () => {
  analytics.track('Pricing Viewed')
})

document.querySelector('#logout')?.addEventListener('submit', async (event) => {
  event.preventDefault()
  const { action, method } = event.target
  // Its redirect is not followed: the page behind it would give this visitor a new id, which reset() would throw away.
  const answer = await fetch(action, { method, redirect: 'manual' })
  if (answer.type !== 'opaqueredirect') return
  // forgetUser() has cleared the cookies; localStorage and this page's memory are analytics.js's own to clear.
  await analytics.reset()
  location.assign('/')
})

// Another tab has called reset(): this one still has the old ids in memory, and would bring them back.
window.addEventListener('storage', ({ key, newValue }) => {
  if (key === 'ajs_user_id' && newValue === null) location.reload()
})
