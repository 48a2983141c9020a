// posthog-node. Its queue is made long enough to drop nothing, and it need not compress: the others do not either.

import { PostHog } from 'posthog-node'
import { captureCall } from '../calls.js'

export const prepare = captureCall

export function start({ url, flushAt, messages }) {
  const posthog = new PostHog('key', {
    host: url,
    flushAt,
    maxQueueSize: messages + flushAt,
    disableCompression: true,
  })
  posthog.on('error', (error) => console.error('posthog:', error))
  return {
    send: (call) => posthog.capture(call),
    delivered: () => posthog.shutdown(600_000),
    close() {},
  }
}
