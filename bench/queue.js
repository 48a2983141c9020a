// Handing over to BullMQ, delivering from it by one worker and by four, and their common pace. Needs redis-server.
// npm run build && npm ci --prefix bench && node bench/queue.js
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Queue } from 'bullmq'
import { Redis } from 'ioredis'
import { Analytics } from '../dist/index.js'
import { bullmq } from '../dist/bullmq.js'
import { measure, path, startSink } from './children.js'

const port = 7480
const url = `redis://127.0.0.1:${port}`
const folder = mkdtempSync(join(tmpdir(), 'selfsame-bench-'))
const settings = `--port ${port} --bind 127.0.0.1 --dir ${folder} --appendonly yes --maxmemory-policy noeviction`
const redis = spawn('redis-server', settings.split(' '), { stdio: 'ignore' })
await sleep(1_000)
const client = new Redis(url)
const lanes = Array.from({ length: 8 }, (_, lane) => `selfsame-${lane + 1}-of-8`)

const whole = (number) => Math.round(number).toLocaleString('en-US')
const per = (count, milliseconds) => whole((count / milliseconds) * 1_000)

await handOver()
await deliver(20)
await keepPace()

client.disconnect()
redis.kill()
await once(redis, 'close')
rmSync(folder, { recursive: true })

/** Each contestant in turn, in processes of their own. On a shared machine the time of the processor says more. */
async function handOver() {
  const contestants = [
    ['nothing', 'the client alone, into nothing', 200_000],
    ['endpoint', 'selfsame to an endpoint', 200_000],
    ['bullmq', 'selfsame to BullMQ', 200_000],
    ['single', 'one BullMQ job a message', 20_000],
    ['rudderstack', 'RudderStack with its Redis queue', 20_000],
  ]
  const sink = await startSink()
  for (let round = 1; round <= 3; round++) {
    for (const [name, title, count] of contestants) {
      await client.flushall()
      const { wall, inCalls, cpu } = await measure(
        './queue-contestant.js',
        name,
        count,
        port,
        sink.url,
      )
      const micro = (milliseconds) => ((milliseconds / count) * 1_000).toFixed(2)
      console.log(
        `${title}: ${micro(inCalls)} µs a call, ${micro(cpu)} µs of the processor, ${per(count, wall)} messages a second`,
      )
    }
  }
  sink.stop()
}

/** A server that takes so long for each request, and counts messages. */
async function startServer(delay) {
  const state = { arrived: 0, first: 0, last: 0 }
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (text) => (body += text))
    request.on('end', () => {
      state.last = performance.now()
      state.first ||= state.last
      state.arrived += JSON.parse(body).batch.length
      setTimeout(() => response.end('{"success":true}'), delay)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const stop = () => {
    server.close()
    server.closeAllConnections()
  }
  return { state, host: `http://127.0.0.1:${server.address().port}`, stop }
}

async function startWorkers(count, host, ...args) {
  const env = { ...process.env, KEY: 'k' }
  const options = ['--bullmq', url, '--source', 'web=KEY', '--host', host, ...args]
  const workers = Array.from({ length: count }, () =>
    spawn(process.execPath, [path('../dist/cli.js'), 'work', ...options], { env, stdio: 'ignore' }),
  )
  return async () => {
    for (const worker of workers) worker.kill('SIGTERM')
    await Promise.all(workers.map((worker) => once(worker, 'close')))
  }
}

async function fill(count, maxBatchSize) {
  await client.flushall()
  const delivery = bullmq({ connection: url, source: 'web' })
  const analytics = new Analytics({
    writeKey: 'k',
    maxQueueBytes: 2 ** 30,
    maxBatchSize,
    delivery,
  })
  for (let n = 0; n < count; n++) {
    const properties = { n, plan: 'premium' }
    analytics.track({ userId: `user-${n % 1_000}`, event: 'Order Completed', properties })
  }
  await analytics.close()
}

/** Workers begin together: the lanes are paused until all of them have started. */
async function deliver(delay) {
  const queues = lanes.map((lane) => new Queue(lane, { connection: client }))
  for (const count of [1, 4]) {
    const messages = 30_000 * count
    await fill(messages, 400)
    for (const queue of queues) await queue.pause()
    const { state, host, stop } = await startServer(delay)
    const end = await startWorkers(count, host)
    await sleep(3_000)
    for (const queue of queues) await queue.resume()
    while (state.arrived < messages) await sleep(10)
    console.log(
      `${count} worker(s), ${delay} ms a request, 50 messages a job: ${per(messages, state.last - state.first)} messages a second`,
    )
    await end()
    stop()
  }
  for (const queue of queues) await queue.close()
}

async function keepPace() {
  await fill(60_000, 400)
  const { state, host, stop } = await startServer(0)
  const end = await startWorkers(4, host, '--rate', '2000')
  const counts = []
  while (state.arrived === 0) await sleep(1)
  await sleep(1_000)
  for (const from = performance.now(); performance.now() - from < 20_000;) {
    counts.push([performance.now(), state.arrived])
    await sleep(50)
  }
  const windows = counts.flatMap(([at, count]) => {
    const [later, more] = counts.find(([time]) => time >= at + 10_000) ?? []
    return later === undefined ? [] : [((more - count) / (later - at)) * 1_000]
  })
  console.log(
    `pace of 2,000 over 4 workers, any ten seconds: ${whole(Math.min(...windows))} to ${whole(Math.max(...windows))}`,
  )
  await end()
  stop()
}
