// selfsame with its outbox in a directory, with its defaults but for flushAt.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Analytics, directory } from '../../dist/index.js'
import { trackCall } from '../calls.js'

export const prepare = trackCall

export function start({ url, flushAt }, fsync = 'batch') {
  // Set TMPDIR to measure another disk.
  const path = mkdtempSync(join(tmpdir(), 'selfsame-bench-'))
  const outbox = directory(path, { fsync })
  const analytics = new Analytics({ writeKey: 'key', host: url, flushAt, outbox })
  analytics.on('error', (error) => console.error('selfsame:', error))
  return {
    send: (call) => analytics.track(call),
    delivered: () => analytics.flush(),
    async close() {
      await analytics.close()
      rmSync(path, { recursive: true })
    },
  }
}
