// Its files may have 16 KiB: one message is too long for the rest of that, and the next one is short again.
// node half-written.js URL PATH

import { writeSync } from 'node:fs'
import { Analytics, directory } from 'selfsame'

const [host, path] = process.argv.slice(2)
const analytics = new Analytics({
  writeKey: 'abc123',
  host,
  outbox: directory(path),
  httpClient: () => Promise.reject(new Error('down')),
})
// It is called in a later turn: all calls have been made by then.
analytics.on('error', ({ code, messages }) => {
  for (const { event } of messages) writeSync(1, `${code} ${event}\n`)
  process.kill(process.pid, 'SIGKILL')
})
const call = (event, length) =>
  analytics.track({ userId: 'u', event, properties: { x: 'x'.repeat(length) } })
call('before', 100)
call('too long', 20_000)
call('after', 100)
