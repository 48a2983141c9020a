// The samples of the pages about shared queues run as they are printed, with servers of their own.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { startCollector, type Collector } from '@selfsame/collector'
import { expect } from 'chai'
import { runMigrations } from 'graphile-worker'
import { fencesOf, nameOf, pages, root } from '../docs/pages.js'
import { Cluster } from '../postgres/cluster.js'
import { run } from '../support/programs.js'
import { RedisServer } from './redis-server.js'

const withServers = new Set(['docs/workers.md', 'docs/transactional-outbox.md'])
const fences = pages
  .filter(({ path }) => withServers.has(path))
  .flatMap(fencesOf)
  // The one of a dashboard is run by its own test, with packages that are not installed here.
  .filter(({ language, code }) => language === 'js' && !code.includes('@bull-board/'))

describe('the samples about shared queues', () => {
  let redis: RedisServer
  let cluster: Cluster
  let collector: Collector
  let folder: string

  before(async () => {
    redis = await RedisServer.start(['--maxmemory-policy', 'noeviction'])
    cluster = new Cluster({ isDurable: true })
    await runMigrations({ connectionString: cluster.url })
    collector = await startCollector()
    // Within the package, so that `import … from 'selfsame'` finds it.
    folder = mkdtempSync(join(root, 'test/docs/samples-'))
  })
  after(async () => {
    rmSync(folder, { recursive: true })
    await collector.close()
    await redis.stop()
    cluster.stop()
  })

  beforeEach(async () => {
    await redis.client.flushall()
    await cluster.query('delete from graphile_worker._private_jobs')
  })

  it('are found', () => {
    expect(fences).to.have.length.above(0)
  })

  for (const fence of fences) {
    it(`${fence.page}:${fence.line} runs`, async () => {
      const file = join(folder, `${nameOf(fence)}.mjs`)
      writeFileSync(file, fence.code)
      const { code, stdout, stderr } = await run(pathToFileURL(file), [], {
        env: {
          NODE_ENV: '',
          REDIS_URL: redis.url,
          DATABASE_URL: cluster.url,
          SEGMENT_WRITE_KEY: 'docs',
          SEGMENT_HOST: collector.url,
        },
      })
      expect(stderr, stdout).to.equal('')
      expect(code, stdout).to.equal(0)
      // What a sample prints is what its comments say.
      const printed = [...fence.code.matchAll(/^console\.log\(.*\) \/\/ (.*)$/gm)].map(
        ([, text]) => text,
      )
      expect(stdout.trim().split('\n').filter(Boolean)).to.deep.equal(printed)
    })
  }
})
