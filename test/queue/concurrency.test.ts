// How many batches a worker of BullMQ delivers at a time, and of which lanes.

import { once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { Queue } from 'bullmq'
import { expect } from 'chai'
import { startWorker, type RunningWorker } from '../../lib/queue/bullmq/index.js'
import type { BullmqWorkerOptions } from '../../lib/queue/bullmq/index.js'
import { jobText, type JobData } from '../../lib/queue/job.js'
import { RedisServer } from './redis-server.js'
import { until } from './until.js'

const lanes = ['selfsame-1-of-4', 'selfsame-2-of-4', 'selfsame-3-of-4', 'selfsame-4-of-4']

describe('the concurrency of a worker of BullMQ', () => {
  let redis: RedisServer
  let server: Server
  let host: string
  const workers: RunningWorker[] = []
  /** The lane of each request, in the order of their arrival, and the requests that have no answer yet. */
  let requests: string[] = []
  let unanswered: ServerResponse[] = []

  before(async () => (redis = await RedisServer.start(['--maxmemory-policy', 'noeviction'])))
  beforeEach(async () => {
    await redis.client.flushall()
    requests = []
    unanswered = []
    server = createServer((request, response) => {
      let body = ''
      request.setEncoding('utf8').on('data', (text: string) => (body += text))
      request.on('end', () => {
        const { batch } = JSON.parse(body) as { batch: { userId: string }[] }
        requests.push(batch[0]!.userId)
        unanswered.push(response)
      })
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    host = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterEach(async () => {
    await Promise.all(workers.splice(0).map((worker) => worker.close({ timeout: 0 })))
    server.closeAllConnections()
    server.close()
  })
  after(() => redis.stop())

  function work(options: Partial<BullmqWorkerOptions> = {}): RunningWorker {
    const sources = { web: { writeKey: 'k', host } }
    const worker = startWorker({ connection: redis.url, sources, ...options })
    workers.push(worker)
    return worker
  }

  /** Jobs of one message, whose user has the name of the lane. */
  async function fill(jobs: number): Promise<void> {
    await redis.client.sadd('bull:selfsame:lanes', lanes.length)
    for (const lane of lanes) {
      const queue = new Queue(lane, { connection: { port: redis.port } })
      await queue.setGlobalConcurrency(1)
      for (let n = 0; n < jobs; n++) {
        const message = JSON.stringify({ type: 'track', userId: lane, event: String(n) })
        await queue.add('web', JSON.parse(jobText('web', [message])) as JobData, {
          removeOnComplete: true,
        })
      }
      await queue.close()
    }
  }

  const answer = (): void => {
    for (const response of unanswered.splice(0)) response.end('{"success":true}')
  }

  const active = async (): Promise<number> => {
    const counts = await Promise.all(lanes.map((lane) => redis.client.llen(`bull:${lane}:active`)))
    return counts.reduce((sum, count) => sum + count, 0)
  }

  it('is two: the jobs of other lanes are left to other workers', async () => {
    await fill(1)
    const first = work()
    await until(() => unanswered.length === 2)
    // A worker looks again within 150 ms.
    await sleep(400)
    expect(await active()).to.equal(2)
    expect(requests).to.have.length(2)
    const second = work()
    await until(() => unanswered.length === 4)
    expect(requests.toSorted()).to.deep.equal(lanes)
    answer()
    await until(() => first.stats().delivered === 2 && second.stats().delivered === 2)
  })

  it('is as many as the option says', async () => {
    await fill(1)
    work({ concurrency: 3 })
    await until(() => unanswered.length === 3)
    await sleep(400)
    expect(await active()).to.equal(3)
    answer()
    await until(() => unanswered.length === 1)
  })

  it('takes the lanes in turn, so that none starves', async () => {
    await fill(3)
    const worker = work({ concurrency: 1 })
    while (worker.stats().jobs < 12) {
      await until(() => unanswered.length === 1)
      const { jobs } = worker.stats()
      answer()
      await until(() => worker.stats().jobs > jobs)
    }
    for (const from of [0, 4, 8]) {
      expect(requests.slice(from, from + 4).toSorted()).to.deep.equal(lanes)
    }
  })

  it('delivers one job of a lane at a time, over all workers', async () => {
    await fill(2)
    for (let n = 0; n < 3; n++) work({ concurrency: 8 })
    await until(() => unanswered.length === 4)
    await sleep(400)
    expect(requests.toSorted()).to.deep.equal(lanes)
    answer()
    await until(() => unanswered.length === 4)
    expect(requests.slice(4).toSorted()).to.deep.equal(lanes)
  })

  it('delivers one job of a lane at a time, also if Redis has lost what says so', async () => {
    await fill(2)
    for (const lane of lanes) await redis.client.del(`bull:${lane}:meta`)
    for (let n = 0; n < 3; n++) work({ concurrency: 8 })
    await until(() => unanswered.length >= 4)
    await sleep(400)
    expect(requests.toSorted()).to.deep.equal(lanes)
  })

  it('keeps the lock of a job that takes longer than the interval of the stalled check', async () => {
    await fill(1)
    for (let n = 0; n < 2; n++) work({ concurrency: 4, stalledInterval: 1_000 })
    await until(() => unanswered.length === 4)
    // Twice the interval, after which a killed worker's jobs are with another.
    await sleep(2_500)
    expect(requests).to.have.length(4)
    answer()
    await until(() => workers.reduce((sum, each) => sum + each.stats().jobs, 0) === 4)
    await until(async () => (await active()) === 0)
  })

  it('fails a job that BullMQ has given up, without delivering it', async () => {
    await fill(1)
    const [lane = ''] = lanes
    const [id = ''] = await redis.client.lrange(`bull:${lane}:wait`, 0, -1)
    await redis.client.hset(`bull:${lane}:${id}`, 'defa', 'job stalled more than allowable limit')
    const problems: string[] = []
    work({ concurrency: 4, onProblem: (text) => problems.push(text) })
    await until(() => unanswered.length === 3 && problems.length > 0)
    expect(problems).to.deep.equal([
      `a job of ${lane} failed: job stalled more than allowable limit`,
    ])
    expect(await redis.client.zcard(`bull:${lane}:failed`)).to.equal(1)
    expect(requests).not.to.include(lane)
  })

  it('takes a job soon after the worker has had nothing to do', async () => {
    const worker = work()
    await worker.backlog()
    await fill(1)
    await until(() => unanswered.length === 2)
    answer()
    await until(() => unanswered.length === 2)
    answer()
    await until(() => worker.stats().jobs === 4)
    await sleep(1_000)
    const from = performance.now()
    await fill(1)
    await until(() => unanswered.length === 2)
    expect(performance.now() - from).to.be.below(1_000)
  })

  for (const concurrency of [0, 257, 1.5]) {
    it(`is not ${concurrency}`, () => {
      expect(() => work({ concurrency })).to.throw(TypeError, 'option concurrency ')
    })
  }
})
