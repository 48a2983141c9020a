// Makes calls, and ends as its settings say: a file of JSON. Prints the counts when the last call is settled.
import { readFileSync, writeSync } from 'node:fs'
import { Redis } from 'ioredis'
import { Pool } from 'pg'
import { Analytics } from 'selfsame'
import { bullmq } from 'selfsame/bullmq'
import { graphileWorker } from 'selfsame/graphile-worker'

const settings = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const { connection, pool, client, end } = settings

function delivery() {
  const options = { lanes: 1, source: 'web' }
  if (pool) {
    if (settings.hasFunction) pool.password = () => settings.password
    const opened = new Pool({ ...pool, allowExitOnIdle: true })
    opened.on('error', () => undefined)
    return graphileWorker({ ...options, pool: opened })
  }
  if (settings.ca) connection.tls.ca = Buffer.from(settings.ca)
  if (settings.hasFunction) connection.tls = { checkServerIdentity: () => undefined }
  if (!settings.isClient) return bullmq({ ...options, connection })
  const redis = new Redis(connection)
  redis.on('error', () => undefined)
  return bullmq({ ...options, connection: redis })
}

const httpClient = settings.hasHttpClient
  ? () => Promise.reject(new Error('not in time'))
  : undefined
const analytics = new Analytics({
  writeKey: 'web-key',
  delivery: delivery(),
  ...client,
  httpClient,
})
for (const event of settings.before ?? []) {
  analytics.track({ userId: 'u', event })
  await analytics.flush()
}
analytics.track({ userId: 'u', event: 'Ending' })
analytics.track({ userId: 'u', event: 'Ended' }, () => {
  const { queued, delivered, failed } = analytics.stats()
  writeSync(1, JSON.stringify({ queued, delivered, failed }))
})
if (end === 'exit') process.exit(0)
if (end === 'SIGTERM') process.kill(process.pid, 'SIGTERM')
if (end === 'throw') throw new Error('a mistake of the app')
if (end === 'wait') setInterval(() => undefined, 1_000)
