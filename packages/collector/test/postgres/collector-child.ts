// A collector that is going to be killed: takes in what it is sent, and answers after the commit.
import { takeIn } from '../../lib/intake/take-in.js'
import type { Incoming } from '../../lib/messages/incoming.js'
import { rulesFrom } from '../../lib/profiles/rules.js'
import { openPostgresStore } from '../../lib/store/postgres/postgres-store.js'

const store = await openPostgresStore(process.argv[2] ?? '')
const rules = rulesFrom()
process.on('message', (batch: Incoming[] | 'end') => {
  void (async () => {
    if (batch === 'end') {
      await store.close()
      process.disconnect()
    } else {
      await takeIn(store, rules, batch)
      process.send?.('done')
    }
  })()
})
process.send?.('ready')
