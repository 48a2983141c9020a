// A round trip with each engine, and a worker that is killed on the way: what `npm run test:matrix` runs on each Node.

import { expect } from 'chai'
import { run } from '../support/programs.js'
import { Cluster } from '../postgres/cluster.js'
import { RedisServer } from './redis-server.js'

const program = new URL('programs/round-trip.js', import.meta.url)

describe('a round trip', function () {
  this.timeout(90_000)

  it('through BullMQ', async () => {
    const redis = await RedisServer.start(['--maxmemory-policy', 'noeviction'])
    try {
      const { code, stdout, stderr } = await run(program, ['bullmq', redis.url])
      expect(stdout, stderr).to.include('300 arrived')
      expect(code).to.equal(0)
    } finally {
      await redis.stop()
    }
  })

  it('through graphile-worker', async () => {
    const cluster = new Cluster({ isDurable: true })
    try {
      const { code, stdout, stderr } = await run(program, ['graphile-worker', cluster.url])
      expect(stdout, stderr).to.include('300 arrived')
      expect(code).to.equal(0)
    } finally {
      cluster.stop()
    }
  })
})
