// The page of the classic analytics.js: the real core from npm, behind the few functions that the tests call in a page.
/* global window, location */
import analytics from '@segment/analytics.js-core'

const apiKey = 'browser'

// What the classic integration "Segment.io" does. The real one comes from Segment's CDN and speaks https alone.
analytics.on('invoke', (message) => {
  const user = analytics.user()
  const body = {
    ...message.json(),
    writeKey: apiKey,
    context: { library: { name: 'analytics.js', version: analytics.VERSION } },
    userId: message.userId() || user.id(),
    anonymousId: user.anonymousId(),
  }
  const path = `${location.origin}/v1/${message.action().charAt(0)}`
  void window.fetch(path, { method: 'POST', body: JSON.stringify(body) })
})
analytics.initialize({})

window.sdk = Promise.resolve({
  anonymousId: () => analytics.user().anonymousId(),
  userId: () => analytics.user().id(),
  setUserId: (id) => void analytics.user().id(id),
  track: (event) => void analytics.track(event),
  trackAs: ({ event, anonymousId }) => void analytics.track(event, {}, { anonymousId }),
  identify: ({ userId, traits }) => void analytics.identify(userId, traits),
  clearTraits: () => void analytics.user().traits({}),
  reset: () => void analytics.reset(),
})
