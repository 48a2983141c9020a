// Hands messages over by one engine, kills the worker that delivers them, and waits until another has delivered the rest.
// Run in a folder with the package and an engine: `node round-trip.js bullmq redis://…`.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { Analytics } from 'selfsame'

const [name, url] = process.argv.slice(2)
const count = 300
const manifest = createRequire(import.meta.url).resolve('selfsame/package.json')
const { bin } = JSON.parse(readFileSync(manifest, 'utf8'))

const seen = new Set()
const server = createServer((request, response) => {
  void text(request).then(async (body) => {
    await sleep(50)
    for (const { messageId } of JSON.parse(body).batch) seen.add(messageId)
    response.end('{"success":true}')
  })
})
server.listen(0, '127.0.0.1')
await once(server, 'listening')
const host = `http://127.0.0.1:${server.address().port}`

function work() {
  const args = ['work', `--${name}`, url, '--source', 'web=KEY', '--host', host]
  const options = ['--stalled-interval', '1000']
  return spawn(process.execPath, [join(dirname(manifest), bin.selfsame), ...args, ...options], {
    env: { ...process.env, KEY: 'key' },
    stdio: 'inherit',
  })
}

async function until(holds) {
  for (const end = Date.now() + 30_000; !holds(); await sleep(10)) {
    if (Date.now() > end) throw new Error(`not within 30 s: ${holds}; ${seen.size} have arrived`)
  }
}

async function queue() {
  if (name === 'bullmq') {
    const { bullmq } = await import('selfsame/bullmq')
    return { delivery: bullmq({ connection: url, source: 'web' }), end: () => undefined }
  }
  const { graphileWorker } = await import('selfsame/graphile-worker')
  const { default: pg } = await import('pg')
  const pool = new pg.Pool({ connectionString: url })
  return { delivery: graphileWorker({ pool, source: 'web' }), end: () => pool.end() }
}

const first = work()
const { delivery, end } = await queue()
const analytics = new Analytics({ writeKey: 'unused', delivery, maxBatchSize: 20 })
for (let n = 0; n < count; n++) analytics.track({ userId: `u${n % 20}`, event: 'E' })
const { queued } = await analytics.close()
if (queued !== count) throw new Error(`${queued} of ${count} are queued`)
await end()

await until(() => seen.size > 0)
first.kill('SIGKILL')
const second = work()
await until(() => seen.size === count)
second.kill('SIGTERM')
const [code] = await once(second, 'exit')
if (code !== 0) throw new Error(`the worker ended with ${code}`)
server.close()
server.closeAllConnections()
console.log(`${seen.size} arrived`)
