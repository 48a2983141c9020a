// The books of clients whose outbox is on disk hold, and of those that use real HTTP. In a file of its own, so that both
// cores have work.

import { leastOnDisk } from './least-hits.js'
import { describePlans } from './plans.js'

describePlans(
  [
    { outbox: 'disk', transport: 'memory', runs: 70 },
    { outbox: 'memory', transport: 'http', runs: 20 },
  ],
  leastOnDisk,
)
