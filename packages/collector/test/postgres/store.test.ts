// The store in a PostgreSQL database does what every store does.
import { openPostgresStore } from '../../lib/store/postgres/postgres-store.js'
import { describeStore } from '../store/conformance.js'
import { emptyDatabase } from './database.js'

describeStore('PostgreSQL', async () => {
  const database = await emptyDatabase()
  let store = await openPostgresStore(database.url)
  return {
    store,
    async reopen() {
      await store.close()
      store = await openPostgresStore(database.url)
      return store
    },
    async close() {
      await store.close()
      await database.release()
    },
  }
})
