// A shop: each order is a row and a message of one transaction, of which a random half rolls back.
import { Pool } from 'pg'
import { Analytics } from 'selfsame'
import { graphileWorker } from 'selfsame/graphile-worker'

const { DATABASE_URL, ORDERS } = process.env
const pool = new Pool({ connectionString: DATABASE_URL })
const delivery = graphileWorker({ pool, source: 'web' })
const analytics = new Analytics({ writeKey: 'unused', delivery })

/** @returns false if there have been enough */
async function order() {
  const db = await pool.connect()
  try {
    await db.query('begin')
    const { rows } = await db.query('insert into orders default values returning id')
    const [{ id }] = rows
    if (id > Number(ORDERS)) return false
    const event = { userId: `u${id % 100}`, event: 'Order Completed', properties: { id } }
    await analytics.inTransaction(db).track(event)
    await db.query(Math.random() < 0.5 ? 'commit' : 'rollback')
    return true
  } finally {
    await db.query('rollback')
    db.release()
  }
}

async function orders() {
  while (await order());
}

await Promise.all([orders(), orders(), orders(), orders()])
await analytics.close()
await pool.end()
