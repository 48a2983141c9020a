// The sample of a dashboard runs as it is printed, and shows the queues with their counts and reasons.

import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startCollector, type Collector } from '@selfsame/collector'
import { expect } from 'chai'
import { Analytics } from '../../lib/index.js'
import { bullmq, startWorker, type RunningWorker } from '../../lib/queue/bullmq/index.js'
import { fencesOf, pages } from '../docs/pages.js'
import { run } from '../package/support/run.js'
import { freePort, RedisServer } from './redis-server.js'
import { until } from './until.js'

interface Shown {
  queues: {
    name: string
    counts: Record<string, number>
    jobs: { name: string; failedReason: string; stacktrace: string[]; data: { count: number } }[]
  }[]
}

const sample = pages
  .flatMap(fencesOf)
  .find(({ page, code }) => page === 'docs/workers.md' && code.includes('createBullBoard'))

describe('bull-board', function () {
  this.timeout(120_000)
  let redis: RedisServer
  let collector: Collector
  let worker: RunningWorker
  let board: ChildProcess
  let folder: string
  let address: string

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'selfsame-board-'))
    writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }')
    writeFileSync(join(folder, 'board.js'), sample!.code)
    const packages = ['@bull-board/api@9', '@bull-board/express@9', 'express@5', 'bullmq@6']
    const options = ['--no-audit', '--no-fund', '--ignore-scripts']
    await run('npm', ['install', ...options, ...packages, 'ioredis@6'], { cwd: folder })
    redis = await RedisServer.start(['--maxmemory-policy', 'noeviction'])
    collector = await startCollector()
    worker = startWorker({
      connection: redis.url,
      sources: { web: { writeKey: 'k', host: collector.url } },
      onProblem: () => undefined,
    })
    const port = await freePort()
    address = `http://127.0.0.1:${port}/queues`
    board = spawn(process.execPath, ['board.js'], {
      cwd: folder,
      env: { ...process.env, NODE_OPTIONS: '', REDIS_URL: redis.url, PORT: String(port) },
      stdio: ['ignore', 'inherit', 'inherit'],
    })
    await until(async () => (await fetch(address).catch(() => undefined))?.ok === true)
  })
  after(async () => {
    board.kill()
    await worker.close({ timeout: 1_000 })
    await collector.close()
    await redis.stop()
    rmSync(folder, { recursive: true })
  })

  async function shown(queue: string, status: string): Promise<Shown['queues']> {
    const answer = await fetch(`${address}/api/queues?activeQueue=${queue}&status=${status}&page=1`)
    return ((await answer.json()) as Shown).queues
  }

  it('shows the lanes with their jobs, and retries one that failed', async () => {
    collector.misbehave(() => ({ status: 400 }))
    const delivery = bullmq({ connection: redis.url, source: 'web' })
    const analytics = new Analytics({ writeKey: 'x', flushOnExit: false, delivery })
    analytics.track({ userId: 'u', event: 'Order Completed' })
    await analytics.close()
    await until(() => worker.stats().failedJobs === 1)

    const queues = await shown('selfsame-1-of-8', 'failed')
    expect(queues.map(({ name }) => name)).to.deep.equal(
      Array.from({ length: 8 }, (_, lane) => `selfsame-${lane + 1}-of-8`),
    )
    const { name: lane } = queues.find(({ counts }) => counts.failed === 1)!
    const { jobs } = (await shown(lane, 'failed')).find(({ name }) => name === lane)!
    const [job, ...others] = jobs
    expect(others).to.deep.equal([])
    expect(job).to.include({
      name: 'web',
      failedReason: '1 of 1 messages failed: rejected: the server answered 400',
    })
    expect(job!.data).to.include({ source: 'web', count: 1 })
    // In front of the reason it would show our own code.
    expect(job!.stacktrace).to.deep.equal([])

    collector.misbehave(() => ({}))
    const { status } = await fetch(`${address}/api/queues/${lane}/retry/failed`, { method: 'PUT' })
    expect(status).to.equal(200)
    await collector.waitFor(1)
  })
})
