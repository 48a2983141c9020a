// Handing over to BullMQ, delivering from it by one worker and by four, and their common pace. Needs redis-server.
// node bench/queue.js (after npm run build)
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { setTimeout as sleep } from 'node:timers/promises'
import { Queue } from 'bullmq'
import { Analytics } from '../dist/index.js'
import { bullmq } from '../dist/bullmq.js'

const port = 7480
const url = `redis://127.0.0.1:${port}`
const folder = mkdtempSync(join(tmpdir(), 'selfsame-bench-'))
const settings = `--port ${port} --bind 127.0.0.1 --dir ${folder} --appendonly yes --maxmemory-policy noeviction`
const redis = spawn('redis-server', settings.split(' '), { stdio: 'ignore' })
await sleep(1_000)

let arrived = 0
let delay = 0
const server = createServer((request, response) => {
  let body = ''
  request.setEncoding('utf8').on('data', (text) => (body += text))
  request.on('end', () => {
    arrived += JSON.parse(body).batch.length
    setTimeout(() => response.end('{"success":true}'), delay)
  })
}).listen(0, '127.0.0.1')
await once(server, 'listening')
const host = `http://127.0.0.1:${server.address().port}`

const per = (count, milliseconds) =>
  Math.round((count / milliseconds) * 1_000).toLocaleString('en-US')

/** Microseconds inside a call, and messages a second until all are settled. */
async function measure(name, options, count) {
  const analytics = new Analytics({ writeKey: 'k', maxQueueBytes: 2 ** 30, ...options })
  const started = performance.now()
  for (let n = 0; n < count; n++) {
    analytics.track({
      userId: `user-${n % 1_000}`,
      event: 'Order Completed',
      properties: { n, plan: 'premium' },
    })
  }
  const called = performance.now() - started
  await analytics.flush()
  const all = performance.now() - started
  console.log(
    `${name}: ${((called / count) * 1_000).toFixed(2)} µs a call, ${per(count, all)} messages a second`,
  )
  await analytics.close()
}

const toRedis = { delivery: bullmq({ connection: url, source: 'web' }) }
for (let round = 0; round < 2; round++) {
  await measure('to an endpoint', { host }, 200_000)
  await measure('to BullMQ', toRedis, 200_000)
}

const queue = new Queue('single', { connection: { port } })
const started = performance.now()
for (let n = 0; n < 20; n++) {
  await Promise.all(
    Array.from({ length: 1_000 }, () =>
      queue.add('web', { userId: 'u', event: 'E', properties: { n } }),
    ),
  )
}
console.log(`one job a message: ${per(20_000, performance.now() - started)} messages a second`)
await queue.close()

const cli = fileURLToPath(new URL('../dist/cli.js', import.meta.url))
async function work(count, ...args) {
  const env = { ...process.env, KEY: 'k' }
  const options = ['--bullmq', url, '--source', 'web=KEY', '--host', host, ...args]
  const workers = Array.from({ length: count }, () =>
    spawn(process.execPath, [cli, 'work', ...options], { env, stdio: 'ignore' }),
  )
  return async () => {
    for (const worker of workers) worker.kill('SIGTERM')
    await Promise.all(workers.map((worker) => once(worker, 'close')))
  }
}

delay = 20
for (const count of [1, 4]) {
  await fetch(host, { method: 'POST', body: '{"batch":[]}' })
  const client = new (await import('ioredis')).Redis(url)
  await client.flushall()
  client.disconnect()
  await measure(`before ${count} worker(s)`, { ...toRedis, maxBatchSize: 400 }, 200_000)
  arrived = 0
  const end = await work(count)
  while (arrived === 0) await sleep(1)
  const from = performance.now()
  const already = arrived
  while (arrived < 200_000) await sleep(2)
  console.log(
    `${count} worker(s), 20 ms a request: ${per(arrived - already, performance.now() - from)} messages a second`,
  )
  await end()
}

await measure('before the pace', toRedis, 60_000)
arrived = 0
const end = await work(4, '--rate', '2000')
const counts = []
while (arrived === 0) await sleep(1)
await sleep(1_000)
for (const from = performance.now(); performance.now() - from < 20_000;) {
  counts.push([performance.now(), arrived])
  await sleep(50)
}
const windows = counts.flatMap(([at, count]) => {
  const [later, more] = counts.find(([time]) => time >= at + 10_000) ?? []
  return later === undefined ? [] : [((more - count) / (later - at)) * 1_000]
})
console.log(
  `pace of 2,000 over 4 workers, any ten seconds: ${Math.min(...windows).toFixed(0)} to ${Math.max(...windows).toFixed(0)}`,
)
await end()

server.close()
server.closeAllConnections()
redis.kill()
await once(redis, 'close')
rmSync(folder, { recursive: true })
