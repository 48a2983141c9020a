// npm run bench: measures, prints, and ends with 1 where a target is missed.

import { parseArgs } from 'node:util'
import { startSink } from './children.js'
import { latency } from './latency.js'
import { report } from './report.js'
import { startup } from './startup.js'
import { judge } from './targets.js'
import { contestants, throughput } from './throughput.js'

const parts = ['throughput', 'latency', 'startup']
const { values: flags } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    messages: { type: 'string', default: '100000' },
    json: { type: 'boolean', default: false },
    only: { type: 'string', default: parts.join() },
    contestants: { type: 'string', default: contestants.map(({ name }) => name).join() },
  },
})
const only = chosen('only', parts)
const names = chosen(
  'contestants',
  contestants.map(({ name }) => name),
)
const tell = (text) => process.stderr.write(`${text}\n`)

const sink = await startSink()
const results = {}
try {
  if (only.includes('throughput')) {
    const rounds = count('rounds')
    const messages = count('messages')
    results.contestants = await throughput({ rounds, messages, names, sink, tell })
  }
  if (only.includes('latency')) results.latency = await latency({ seconds: 10, sink, tell })
  if (only.includes('startup')) results.startup = startup({ runs: 30, tell })
} finally {
  sink.stop()
}

results.targets = judge(results)
console.log(flags.json ? JSON.stringify(results, undefined, 2) : `\n${report(results)}`)
process.exitCode = results.targets.every(({ met }) => met) ? 0 : 1

function count(flag) {
  const value = Number(flags[flag])
  if (Number.isInteger(value) && value > 0) return value
  throw new TypeError(`--${flag} is ${flags[flag]}; allowed: a positive whole number`)
}

function chosen(flag, allowed) {
  const names = flags[flag].split(',')
  const unknown = names.find((name) => !allowed.includes(name))
  if (unknown === undefined) return names
  throw new TypeError(`--${flag} is ${unknown}; allowed, with commas: ${allowed.join(', ')}`)
}
