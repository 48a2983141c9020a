// The books of clients whose outbox is in memory hold, whatever is called, answered and done by users' code. Many more
// runs, or one that failed: `npm run test:model -- --runs 50000`, with --seed, --path and --replay-path as they were
// printed.

import { leastInMemory } from './least-hits.js'
import { describePlans } from './plans.js'

describePlans([{ outbox: 'memory', transport: 'memory', runs: 310 }], leastInMemory)
