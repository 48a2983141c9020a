// The one client of the server.
import { Analytics } from 'selfsame'

// On globalThis: `next dev` evaluates a module again after each change, and pages, route handlers and the proxy may each
// have a copy of it.
export const analytics = (globalThis.analytics ??= createAnalytics())

function createAnalytics() {
  return new Analytics({
    writeKey: process.env.SEGMENT_WRITE_KEY,
    host: process.env.SEGMENT_HOST,
    // `next build` loads this module, usually without a key.
    disable: !process.env.SEGMENT_WRITE_KEY,
    // A call that is not valid is reported, and fails no request.
    onInvalid: 'report',
  })
}

/** For `after()`: sends what the request has tracked once it has been answered. */
export async function flush() {
  await analytics.flush({ timeout: 5000 })
}
