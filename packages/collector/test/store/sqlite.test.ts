// The store in a SQLite file, by each library that is there.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSqliteStore } from '../../lib/store/sqlite/sqlite-store.js'
import { describeStore } from './conformance.js'
import { drivers } from './drivers.js'

/** Few, so that every test finds some messages in the indexes and some that are not in them yet. */
const INDEX_EVERY = 3

for (const driver of drivers) {
  describeStore(`SQLite by ${driver}`, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'selfsame-'))
    const path = join(folder, 'events.db')
    let store = await openSqliteStore({ path, driver, indexEvery: INDEX_EVERY })
    return {
      store,
      async reopen() {
        await store.close()
        store = await openSqliteStore({ path, driver, indexEvery: INDEX_EVERY })
        return store
      },
      async close() {
        await store.close()
        await rm(folder, { recursive: true })
      },
    }
  })
}
