// An app that hands numbered messages over, and prints how many of them are queued: all before this number are.
// Killed and started again with that number, it makes the same messageIds again.
import { Pool } from 'pg'
import { Analytics } from 'selfsame'
import { bullmq } from 'selfsame/bullmq'
import { graphileWorker } from 'selfsame/graphile-worker'

const [name, from, to] = process.argv.slice(2)
const { ENGINE, ENGINE_URL, USERS } = process.env
const pool = ENGINE === 'bullmq' ? undefined : new Pool({ connectionString: ENGINE_URL })
pool?.on('error', () => undefined)
const delivery = pool
  ? graphileWorker({ pool, source: 'web' })
  : bullmq({ connection: ENGINE_URL, source: 'web' })
const analytics = new Analytics({ writeKey: 'unused', delivery, maxBatchSize: 100 })

for (let n = Number(from); n < Number(to);) {
  for (const end = Math.min(n + 500, Number(to)); n < end; n++) {
    analytics.track({
      messageId: `${name}-${n}`,
      userId: `${name}-${n % Number(USERS)}`,
      event: 'Counted',
      properties: { n },
    })
  }
  await analytics.flush()
  console.log(n)
}
await analytics.close()
await pool?.end()
