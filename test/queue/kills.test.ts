// kill -9 in small: `npm run soak:queue` is the long run.

import { expectNothingLost, type Sizes } from './killing.js'
import { withPostgres, withRedis } from './kill-engines.js'
import { endAll } from './work-process.js'

const sizes: Sizes = { apps: 2, workers: 2, messages: 8_000, kills: 6 }

describe('kill -9 at random moments', function () {
  this.timeout(300_000)

  afterEach(endAll)

  it('of workers, apps and Redis, with BullMQ', async () => {
    await withRedis((engine) => expectNothingLost(engine, sizes))
  })

  it('of workers, apps and PostgreSQL, with graphile-worker', async () => {
    await withPostgres((engine) => expectNothingLost(engine, sizes))
  })
})
