// `selfsame work`, in processes of its own.

import { startCollector, type Collector } from '@selfsame/collector'
import { expect } from 'chai'
import { Analytics } from '../../lib/index.js'
import { bullmq } from '../../lib/queue/bullmq/index.js'
import { expectOrder, numbersOf } from './order.js'
import { RedisServer } from './redis-server.js'
import { until } from './until.js'
import { endAll, work, type WorkProcess } from './work-process.js'

describe('selfsame work', () => {
  let redis: RedisServer
  let collector: Collector

  before(async () => (redis = await RedisServer.start(['--maxmemory-policy', 'noeviction'])))
  beforeEach(async () => {
    await redis.client.flushall()
    collector = await startCollector({ sources: { site: 'web-key' } })
  })
  afterEach(async () => {
    await endAll()
    await collector.close()
  })
  after(() => redis.stop())

  const started = (...more: string[]): WorkProcess =>
    work(['--bullmq', redis.url, '--source', 'web=WEB_KEY', '--host', collector.url, ...more])

  async function handOver(count: number, lanes = 4): Promise<void> {
    const delivery = bullmq({ connection: redis.url, lanes, source: 'web' })
    const analytics = new Analytics({
      writeKey: 'x',
      flushOnExit: false,
      delivery,
      maxBatchSize: 20,
    })
    for (let n = 0; n < count; n++) {
      analytics.track({ userId: `u${n % 10}`, event: 'E', properties: { n } })
    }
    expect(await analytics.close()).to.include({ queued: count })
  }

  it('delivers until SIGTERM, and then ends with 0', async () => {
    const { child, output, ended } = started()
    await handOver(500)
    await collector.waitFor(500)
    child.kill('SIGTERM')
    expect(await ended).to.equal(0)
    expect(output()).to.include(`delivering from Redis at 127.0.0.1:${redis.port}: web`)
    expect(output()).to.match(/500 delivered, 0 failed\n$/)
  })

  it('takes the URL from the environment, and shows no password', async () => {
    const own = await RedisServer.start([], 'sesame')
    try {
      const url = (password: string): string => own.url.replace('//', `//:${password}@`)
      const args = ['--bullmq-env', 'URL', '--source', 'web=WEB_KEY', '--health', '0']
      const right = work(args, { URL: url('sesame') })
      const wrong = work(args, { URL: url('open-sesame') })
      await until(() => wrong.output().includes('Redis refused the user name or the password'))
      await until(() => right.output().includes('health on port'))
      right.child.kill('SIGTERM')
      expect(await right.ended).to.equal(0)
      expect(right.output()).to.include('0 delivered')
      for (const { output } of [right, wrong]) expect(output()).not.to.include('sesame')
    } finally {
      await own.stop()
    }
  })

  it('loses nothing when a worker is killed: another takes over, in order', async () => {
    collector.misbehave(() => ({ delay: 100 }))
    const first = started('--stalled-interval', '1000')
    await handOver(400)
    await until(() => collector.messages.length > 0)
    first.child.kill('SIGKILL')
    await first.ended
    const killed = performance.now()
    const second = started('--stalled-interval', '1000')
    await until(() => new Set(numbersOf(collector)).size === 400)
    expect(performance.now() - killed).to.be.below(10_000)
    expectOrder(numbersOf(collector), 10)
    second.child.kill('SIGTERM')
    expect(await second.ended).to.equal(0)
  })

  it('answers with its state on the health address', async () => {
    const { output } = started('--health', '0')
    await until(() => output().includes('health on port'))
    const [, port] = /health on port (\d+)/.exec(output()) ?? []
    const ask = (): Promise<Response> => fetch(`http://127.0.0.1:${port}/`)
    await handOver(20)
    await until(
      async () => ((await (await ask()).json()) as { delivered: number }).delivered === 20,
    )
    const answer = await ask()
    expect(answer.status).to.equal(200)
    expect(await answer.json()).to.include({ status: 'ok', waiting: 0, delivered: 20, failed: 0 })
  })

  it('answers 503 on the health address while Redis is away', async () => {
    const own = await RedisServer.start()
    try {
      const { output } = work([
        ...['--bullmq', own.url, '--source', 'web=WEB_KEY', '--health', '0'],
      ])
      await until(() => output().includes('health on port'))
      const [, port] = /health on port (\d+)/.exec(output()) ?? []
      const status = async (): Promise<number> => (await fetch(`http://127.0.0.1:${port}/`)).status
      await until(async () => (await status()) === 200)
      await own.kill()
      await until(async () => (await status()) === 503)
      await until(() => output().includes('ECONNREFUSED'))
    } finally {
      await own.stop()
    }
  })

  for (const [what, args, message] of [
    ['without a queue', ['--source', 'web=WEB_KEY'], 'which queue?'],
    ['without a source', ['--bullmq', 'redis://h'], 'which source?'],
    [
      'with a key on the command line',
      ['--bullmq', 'redis://h', '--source', 'web=web-key!'],
      'takes NAME=VARIABLE',
    ],
    [
      'with a variable that is not set',
      ['--bullmq', 'redis://h', '--source', 'web=NONE'],
      'is not set',
    ],
    [
      'with a password on the command line',
      ['--bullmq', 'redis://:sesame@h', '--source', 'web=WEB_KEY'],
      '--bullmq-env',
    ],
    [
      'with a source twice',
      ['--bullmq', 'redis://h', '--source', 'web=WEB_KEY', '--source', 'web=WEB_KEY'],
      'has web twice',
    ],
    [
      'with an option of the other queue',
      ['--bullmq', 'redis://h', '--source', 'web=WEB_KEY', '--schema', 'x'],
      '--schema goes with',
    ],
    ['with another URL', ['--bullmq', 'http://h', '--source', 'web=WEB_KEY'], 'option connection'],
  ] as const) {
    it(`ends with 2 ${what}`, async () => {
      const { ended, output } = work([...args])
      expect(await ended).to.equal(2)
      expect(output())
        .to.include(message)
        .and.not.to.match(/sesame|web-key/)
    })
  }
})
