// selfsame, with its defaults but for flushAt.

import { Analytics } from '../../dist/index.js'
import { trackCall } from '../calls.js'

export const prepare = trackCall

export function start({ url, flushAt }) {
  const analytics = new Analytics({ writeKey: 'key', host: url, flushAt })
  analytics.on('error', (error) => console.error('selfsame:', error))
  return {
    send: (call) => analytics.track(call),
    delivered: () => analytics.flush(),
    close: () => analytics.close(),
  }
}
