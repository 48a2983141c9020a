// @rudderstack/rudder-sdk-node. Its queue is made long enough to drop nothing, and it need not compress.

import RudderAnalytics from '@rudderstack/rudder-sdk-node'
import { trackCall } from '../calls.js'

export const prepare = trackCall

export function start({ url, flushAt, messages }) {
  const rudder = new RudderAnalytics('key', {
    dataPlaneUrl: url,
    flushAt,
    maxInternalQueueSize: messages + flushAt,
    gzip: false,
  })
  // Its flush() covers one batch; only the callbacks tell when everything is delivered.
  let open = messages
  let allSettled
  const settled = new Promise((resolve) => {
    allSettled = resolve
  })
  const settle = (error) => {
    if (error) console.error('rudderstack:', error)
    if (--open === 0) allSettled()
  }
  return {
    send: (call) => rudder.track(call, settle),
    async delivered() {
      await rudder.flush()
      await settled
    },
    close() {},
  }
}
