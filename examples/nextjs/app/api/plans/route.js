import { withAnalytics } from 'selfsame/fetch'
import { analytics } from '../../../lib/analytics.js'

// Without after(flush): the client sends by itself, after 10 seconds at the latest, and when the server stops.
export const GET = withAnalytics(analytics, (request, bound) => {
  bound.track({ event: 'Plans Viewed' })
  return Response.json(['free', 'premium'])
})
