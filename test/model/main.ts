// `npm run test:model -- --runs 50000`: the model with as many runs as one likes, and with what repeats a failure.

import { parseArgs } from 'node:util'
import { Coverage } from './coverage.js'
import { runModel, type Plan } from './runs.js'

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '2000' },
    seed: { type: 'string' },
    outbox: { type: 'string' },
    transport: { type: 'string', default: 'memory' },
    path: { type: 'string' },
    'replay-path': { type: 'string' },
  },
})

const outboxes = values.outbox === undefined ? ['memory', 'disk'] : [values.outbox]
const seed = values.seed === undefined ? Date.now() | 0 : Number(values.seed)
const coverage = new Coverage()
const started = performance.now()
for (const outbox of outboxes) {
  await runModel(
    {
      outbox: outbox as Plan['outbox'],
      transport: values.transport as Plan['transport'],
      runs: Math.ceil(Number(values.runs) / outboxes.length),
      seed,
      path: values.path,
      replayPath: values['replay-path'],
    },
    coverage,
  )
}
console.log(coverage.toString())
console.log(`seed ${seed}: ${values.runs} runs in ${Math.round(performance.now() - started)} ms`)
