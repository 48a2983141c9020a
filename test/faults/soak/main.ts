// npm run soak -- [--minutes N] [--seed S] [--scenario NAME] [--rounds N] [--part N]
//
// Torments clients with an outbox on disk, and checks their books. It prints the seed first; the same seed makes the
// same decisions. A round is one of the scenario's: a second of a storm, a call of an outage. It ends with 1 where
// something is lost, changed, out of order, or sent by two processes.

import { randomBytes } from 'node:crypto'
import { parseArgs } from 'node:util'
import { Random } from './random.js'
import { scenarios, type ScenarioName } from './scenarios.js'
import { Totals } from './totals.js'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string' },
    seed: { type: 'string' },
    scenario: { type: 'string' },
    rounds: { type: 'string' },
    part: { type: 'string' },
  },
})

const names = Object.keys(scenarios) as ScenarioName[]

/** How many seeds a soak of some minutes has, at least. */
const leastSeeds = 5

const minutes = positive('minutes')
const rounds = positive('rounds')
const { scenario } = values
if (scenario !== undefined && !names.includes(scenario as ScenarioName)) {
  exit(`--scenario is ${scenario}; allowed: ${names.join(', ')}`)
}

const totals = new Totals()
const seeds = new Set<string>()
const start = performance.now()
const balances = await (minutes === undefined
  ? soak(values.seed ?? newSeed(), Number(values.part ?? 0))
  : soakFor(minutes * 60_000))

const seconds = Math.round((performance.now() - start) / 1000)
console.log(`\nseeds ${[...seeds].join(' ')}; ${seconds} s\n  ${totals.toString()}`)
console.log(balances ? 'The books balance.' : 'The books do NOT balance.')
process.exit(balances ? 0 : 1)

/** Each seed has its share of the time; where one is given the others follow from it. */
async function soakFor(milliseconds: number): Promise<boolean> {
  for (let i = 0; i < leastSeeds; i++) {
    const seed = values.seed === undefined ? newSeed() : `${values.seed}${i > 0 ? `.${i}` : ''}`
    const until = start + (milliseconds / leastSeeds) * (i + 1)
    for (let part = 0; performance.now() < until; part++) {
      if (!(await soak(seed, part))) return false
    }
  }
  return true
}

/** The scenario that was asked for, or all of them in turn. False where something is wrong. */
async function soak(seed: string, part: number): Promise<boolean> {
  if (!seeds.has(seed)) console.log(`seed ${seed}`)
  seeds.add(seed)
  for (const name of names) {
    if (scenario !== undefined && name !== scenario) continue
    const random = new Random(`${seed}/${name}/${part}`)
    // In a soak of some minutes they are short, and alternate.
    const size = rounds ?? (minutes === undefined ? scenarios[name].size : scenarios[name].part)
    const started = performance.now()
    try {
      const result = await scenarios[name].run(random, size)
      totals.add(result)
      const milliseconds = Math.round(performance.now() - started)
      console.log([`  ${name} ${size}: ${milliseconds} ms`, ...result.notes].join('; '))
    } catch (error) {
      console.log(`  ${name} ${size}: FAILED`)
      console.log(error)
      const options = `--seed ${seed} --scenario ${name} --rounds ${size} --part ${part}`
      console.log(`again: npm run soak -- ${options}`)
      return false
    }
  }
  return true
}

function newSeed(): string {
  return randomBytes(4).toString('hex')
}

function positive(name: 'minutes' | 'rounds'): number | undefined {
  const text = values[name]
  if (text === undefined) return undefined
  const number = Number(text)
  if (!(number > 0)) exit(`--${name} is ${text}; allowed: a number above 0`)
  return number
}

function exit(text: string): never {
  console.error(text)
  process.exit(2)
}
