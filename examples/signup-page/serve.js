// Runs an app beside a collector, on PORT, and prints each message that arrives, from the browser as from the server.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { Analytics } from 'selfsame'
import { startCollector } from '@selfsame/collector'
import { Accounts } from './accounts.js'
import { bundle } from './bundle.js'

/** @param createHandler makes the app: what node:http calls with each request */
export async function serve(createHandler) {
  const collector = await startCollector()
  collector.on('message', print)

  // proxy: false, for the collector is on this machine. flushAt: 1, to see each message at once; not for production.
  const options = { host: collector.url, proxy: false, flushAt: 1 }
  const analytics = new Analytics({ writeKey: 'server', ...options })

  const handler = createHandler({
    analytics,
    accounts: new Accounts(),
    script: await bundle(),
    eventsTo: collector.url,
  })
  const server = createServer(handler).listen(Number(process.env.PORT ?? 3000), '127.0.0.1')
  await once(server, 'listening')
  console.log(`Open http://localhost:${server.address().port}`)

  const stop = async () => {
    server.close()
    server.closeAllConnections()
    const { delivered, failed, pending } = await analytics.close()
    await collector.close()
    console.log(`delivered ${delivered}, failed ${failed}, pending ${pending}`)
  }
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
}

function print({ type, event, anonymousId, userId, context }) {
  const side = context.library.name === 'selfsame' ? 'server' : 'browser'
  const what = `${side.padEnd(8)}${type} ${event ?? ''}`.padEnd(32)
  console.log(`${what} anonymousId ${anonymousId ?? '-'}  userId ${userId ?? '-'}`)
}
