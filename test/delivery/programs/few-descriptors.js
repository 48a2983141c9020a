// Calls while no file descriptor is free, then frees them: few-descriptors.js FORMAT HOST FREE
import { closeSync, openSync } from 'node:fs'
import { createRequire } from 'node:module'

const [format, host, free] = process.argv.slice(2)
const { Analytics } =
  format === 'esm' ? await import('selfsame') : createRequire(import.meta.url)('selfsame')
const analytics = new Analytics({ writeKey: 'k', host })
const held = []
try {
  for (;;) held.push(openSync('/dev/null', 'r'))
} catch {
  for (let i = 0; i < Number(free); i++) closeSync(held.pop())
}
analytics.track({ userId: 'u1', event: 'E' })
// Long enough for the first try to fail, also if the machine is busy: it is reported.
setTimeout(async () => {
  for (const fd of held) closeSync(fd)
  const { delivered, failed } = await analytics.close({ timeout: 15_000 })
  console.log(JSON.stringify({ held: held.length, delivered, failed }))
}, 300)
