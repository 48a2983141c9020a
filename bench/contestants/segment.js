// @segment/analytics-node, with its defaults but for flushAt.

import { Analytics } from '@segment/analytics-node'
import { trackCall } from '../calls.js'

export const prepare = trackCall

export function start({ url, flushAt }) {
  const analytics = new Analytics({ writeKey: 'key', host: url, flushAt })
  analytics.on('error', ({ code, reason }) => console.error('segment:', code, reason))
  return {
    send: (call) => analytics.track(call),
    delivered: () => analytics.closeAndFlush({ timeout: 600_000 }),
    close() {},
  }
}
