// A program that takes messages in until it is killed. It writes a line of what it was told is kept:
// `seq of the batch, number of messages`. Arguments: the database, the seed of the messages, the first number.
import { Intake } from '../../lib/intake/intake.js'
import { rulesFrom } from '../../lib/profiles/rules.js'
import { openStore } from '../../lib/store/open/open-store.js'
import { writeSync } from 'node:fs'
import { messageOf } from './messages.js'

const [db = '', first = '0'] = process.argv.slice(2)
const store = await openStore(db)
const intake = new Intake(store, rulesFrom())
let next = Number(first)
writeSync(1, 'ready\n')

/** Several callers at a time, as requests are, with batches of several sizes. */
async function call(): Promise<never> {
  for (;;) {
    const begin = next
    const size = 1 + (begin % 40)
    next += size
    await intake.add(Array.from({ length: size }, (_, i) => messageOf(begin + i)))
    writeSync(1, `${begin} ${size}\n`)
  }
}

await Promise.all(Array.from({ length: 8 }, call))
