// Hands messages over in one way, in a process of its own: node bench/queue-contestant.js NAME MESSAGES REDIS_PORT URL

import { setImmediate as nextTurn } from 'node:timers/promises'

const [name, count, port, url] = process.argv.slice(2)
const messages = Number(count)
const contestant = await contestants()[name]()

const cpuBefore = process.cpuUsage()
const started = performance.now()
let inCalls = 0
for (let first = 0; first < messages; first += 100) {
  const calls = Array.from({ length: 100 }, (_, n) => call(first + n))
  const before = performance.now()
  for (const each of calls) contestant.send(each)
  inCalls += performance.now() - before
  // As on a server: between requests the event loop has its turns.
  await nextTurn()
}
await contestant.handedOver()
const wall = performance.now() - started
const { user, system } = process.cpuUsage(cpuBefore)
process.stdout.write(JSON.stringify({ wall, inCalls, cpu: (user + system) / 1_000 }))
await contestant.close?.()
process.exit()

function call(n) {
  return {
    userId: `user-${n % 1_000}`,
    event: 'Order Completed',
    properties: { n, plan: 'premium' },
  }
}

function contestants() {
  return {
    // The floor: the same client, and nothing behind it.
    async nothing() {
      const send = (batch) => {
        batch.body()
        return Promise.resolve({ status: 200 })
      }
      const open = () => ({ sink: { timeout: 10_000, send }, close() {} })
      return selfsame({ delivery: Object.assign(open, { place: 'nothing' }) })
    },
    endpoint: () => selfsame({ host: url }),
    async bullmq() {
      const { bullmq } = await import('../dist/bullmq.js')
      const connection = `redis://127.0.0.1:${port}`
      return selfsame({ delivery: bullmq({ connection, source: 'web' }) })
    },
    // What many write by themselves.
    async single() {
      const { Queue } = await import('bullmq')
      const queue = new Queue('single', { connection: { port: Number(port) } })
      await queue.waitUntilReady()
      const added = []
      return {
        send: (each) => added.push(queue.add('track', each, { removeOnComplete: true })),
        handedOver: () => Promise.all(added),
      }
    },
    // It delivers from its queue itself, in the same process.
    async rudderstack() {
      const { default: RudderAnalytics } = await import('@rudderstack/rudder-sdk-node')
      const rudder = new RudderAnalytics('key', {
        dataPlaneUrl: url,
        flushAt: 100,
        maxInternalQueueSize: messages + 100,
        gzip: false,
      })
      await new Promise((resolve, reject) => {
        const redisOpts = { host: '127.0.0.1', port: Number(port) }
        rudder.createPersistenceQueue({ redisOpts }, (error) => (error ? reject(error) : resolve()))
      })
      const { pQueue } = rudder
      const added = []
      const add = pQueue.add.bind(pQueue)
      pQueue.add = (...args) => {
        const adding = add(...args)
        added.push(adding)
        return adding
      }
      return {
        send: (each) => rudder.track(each),
        async handedOver() {
          while (rudder.queue.length > 0) await rudder.flush()
          await Promise.all(added)
        },
      }
    },
  }
}

async function selfsame(options) {
  const { Analytics } = await import('../dist/index.js')
  const analytics = new Analytics({
    writeKey: 'k',
    maxQueueBytes: 2 ** 30,
    flushOnExit: false,
    ...options,
  })
  return {
    send: (each) => analytics.track(each),
    handedOver: () => analytics.flush(),
    close: () => analytics.close(),
  }
}
