// What becomes of messages that are not handed over when the process ends.

import { startCollector, type Collector } from '@selfsame/collector'
import { expect } from 'chai'
import { run } from '../support/programs.js'
import { RedisServer } from './redis-server.js'

const program = new URL('programs/ends.js', import.meta.url)

describe('the end of a process with a queue', () => {
  let redis: RedisServer
  let collector: Collector

  before(async () => (redis = await RedisServer.start(['--maxmemory-policy', 'noeviction'])))
  beforeEach(async () => {
    await redis.client.flushall()
    collector = await startCollector({ sources: { site: 'web-key' } })
  })
  afterEach(() => collector.close())
  after(() => redis.stop())

  it('that has run out of work comes when all is handed over, and nothing holds it open', async () => {
    const env = { ENGINE_URL: redis.url, HOST: collector.url }
    const { code, stderr, duration } = await run(program, [], { env })
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' })
    expect(duration).to.be.below(5_000)
    expect(await redis.client.llen('bull:selfsame:wait')).to.equal(1)
    expect(collector.messages).to.have.length(0)
  })

  it('by process.exit() sends what is pending to the server', async () => {
    const env = { ENGINE_URL: redis.url, HOST: collector.url, EXIT: 'now' }
    const { code, stderr } = await run(program, [], { env })
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' })
    expect(collector.messages.map(({ event }) => event)).to.deep.equal(['Ended'])
  })

  it('does not wait for a Redis that is away longer than exitTimeout allows', async () => {
    const own = await RedisServer.start()
    await own.kill()
    const env = { ENGINE_URL: own.url, HOST: collector.url }
    const { code, duration } = await run(program, [], { env })
    expect(code).to.equal(0)
    expect(duration).to.be.below(20_000)
    await own.stop()
  })
})
