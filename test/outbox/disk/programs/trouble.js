// Makes calls while its outbox gets into trouble, then lets the endpoint come back: node trouble.js URL PATH TROUBLE
// Tells what was accepted and what was reported.

import { chmodSync, readdirSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { Analytics, directory } from 'selfsame'

const [url, path, trouble] = process.argv.slice(2)
// For root nothing is read-only.
if (trouble === 'read-only' && process.getuid() === 0) process.seteuid(65534)
let isDown = true
const httpClient = (address, request) =>
  isDown ? Promise.reject(new Error('down')) : fetch(address, request)

const analytics = new Analytics({
  writeKey: 'abc123',
  host: url,
  outbox: directory(path, { claimInterval: 50 }),
  maxBatchBytes: 50_000,
  httpClient,
})
const refused = []
const reasons = new Set()
analytics.on('error', ({ code, message, messages }) => {
  reasons.add(`${code}: ${message}`)
  refused.push(...messages.map(({ messageId }) => messageId))
})

let called = 0
function call(count) {
  for (let i = 0; i < count; i++) {
    const properties = { x: 'x'.repeat(300) }
    analytics.track({ userId: 'u', event: 'E', messageId: `m${called++}`, properties })
  }
}

call(50)
if (trouble === 'read-only') {
  chmodSync(path, 0o500)
  for (const name of directories()) chmodSync(name, 0o500)
}
// More than the file that grows may take, or than the directory has room for.
call(1_000)
await pause(100)
const during = analytics.stats()
if (trouble === 'read-only') {
  chmodSync(path, 0o700)
  for (const name of directories()) chmodSync(name, 0o700)
}
isDown = false
await analytics.flush()
call(10)
const counts = await analytics.close()
console.log(JSON.stringify({ called, during, counts, refused, reasons: [...reasons] }))

function directories() {
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `${path}/${name}`)
}
