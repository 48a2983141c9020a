// The processes of collector.js that are measured.
import { once } from 'node:events'
import { People } from './people.js'

const GROUP = 500
const SHARE = 10

let peak = 0
const note = () => (peak = Math.max(peak, process.memoryUsage.rss()))

const [task] = await once(process, 'message')
if (process.argv[2] === 'in-process') await inProcess(task)
else await serve(task)

async function inProcess({ built, messages, db, isResolvedOnly }) {
  const { Graph, openStore, rulesFrom, takeIn } = await import(built)
  const store = await openStore(db)
  const rules = rulesFrom()
  const graph = new Graph('web', rules)
  let seq = 0
  const take = isResolvedOnly
    ? (batch) => {
        for (const { message, source } of batch) graph.take({ message, source, seq: ++seq })
        graph.drain()
      }
    : (batch) => takeIn(store, rules, batch)
  const people = new People()
  const rates = []
  for (let share = 0; share < SHARE; share++) {
    let ms = 0
    for (let done = 0; done < messages / SHARE; done += GROUP) {
      const batch = Array.from({ length: GROUP }, () => ({
        message: people.message(),
        space: 'web',
        source: 'web',
      }))
      const begin = performance.now()
      await take(batch)
      ms += performance.now() - begin
      note()
    }
    rates.push((messages / SHARE / ms) * 1000)
  }
  await store.close()
  process.send({ rates, peak })
  process.disconnect()
}

async function serve({ db, express }) {
  const { url, count, close } = express ? await byHand(express) : await collector(db)
  const timer = setInterval(note, 50)
  process.send({ url })
  await once(process, 'message')
  clearInterval(timer)
  const kept = await count()
  await close()
  process.send({ peak, kept })
  process.disconnect()
}

async function collector(db) {
  const { startCollector } = await import('../packages/collector/dist/index.js')
  const running = await startCollector({ db, port: 0 })
  return { url: running.url, count: () => running.accepted, close: () => running.close() }
}

/** One table, a prepared statement, a transaction a request. */
async function byHand(path) {
  const { default: Database } = await import('libsql')
  const { default: express } = await import('express')
  const db = new Database(path)
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
  db.exec(`CREATE TABLE events (
    message_id TEXT PRIMARY KEY, type TEXT, user_id TEXT, anonymous_id TEXT, timestamp TEXT, message TEXT)`)
  const insert = db.prepare('INSERT OR IGNORE INTO events VALUES (?, ?, ?, ?, ?, ?)')
  const app = express()
  app.use(express.json({ limit: '1mb' }))
  app.post('/v1/batch', (request, response) => {
    db.exec('BEGIN')
    try {
      for (const each of request.body.batch) {
        const { messageId, type, userId = null, anonymousId = null, timestamp } = each
        insert.run([messageId, type, userId, anonymousId, timestamp, JSON.stringify(each)])
      }
      db.exec('COMMIT')
    } catch (error) {
      db.exec('ROLLBACK')
      throw error
    }
    response.json({ success: true })
  })
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    count: () => db.prepare('SELECT count(*) AS n FROM events').get([]).n,
    close: () => server.close(),
  }
}
