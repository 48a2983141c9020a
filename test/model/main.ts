// `npm run test:model -- --runs 50000`: the model with as many runs as one likes, and with what repeats a failure.

import { parseArgs } from 'node:util'
import { Coverage } from './coverage.js'
import { runModel, type Plan } from './runs.js'

/** After how many runs it says how far it is. */
const progressAfter = 500

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '2000' },
    seed: { type: 'string' },
    outbox: { type: 'string' },
    transport: { type: 'string', default: 'memory' },
    path: { type: 'string' },
    'replay-path': { type: 'string' },
    /** Seconds: see Plan. */
    'time-limit': { type: 'string' },
  },
})

const outboxes = values.outbox === undefined ? ['memory', 'disk'] : [values.outbox]
const seed = values.seed === undefined ? Date.now() | 0 : Number(values.seed)
const coverage = new Coverage()
const started = process.hrtime.bigint()
const runs = Math.ceil(Number(values.runs) / outboxes.length)
const limit = values['time-limit']
// A run has replaced the other clocks.
const inSeconds = (): number => Math.round(Number(process.hrtime.bigint() - started) / 1e9)
for (const outbox of outboxes) {
  let done = 0
  const onRun = (): void => {
    if (++done % progressAfter !== 0) return
    console.error(`outbox ${outbox}: ${done} of ${runs} runs, ${inSeconds()} s`)
  }
  await runModel(
    {
      outbox: outbox as Plan['outbox'],
      transport: values.transport as Plan['transport'],
      ...{ runs, seed, onRun },
      path: values.path,
      replayPath: values['replay-path'],
      ...(limit === undefined ? {} : { timeLimit: Number(limit) * 1_000 }),
    },
    coverage,
  )
}
console.log(coverage.toString())
console.log(`seed ${seed}: ${runs * outboxes.length} runs in ${inSeconds()} s`)
