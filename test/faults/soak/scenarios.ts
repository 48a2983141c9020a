// The scenarios by name.

import { crowd } from './crowd.js'
import { kill } from './kill.js'
import { outage } from './outage.js'
import type { Random } from './random.js'
import { storm } from './storm.js'
import type { Totals } from './totals.js'

export interface Scenario {
  run: (random: Random, size: number) => Promise<Totals>
  /** How long it is by default, in its own unit: rounds, calls, seconds. */
  size: number
  /** How long in a soak of some minutes, where all of them alternate. */
  part: number
}

export const scenarios = {
  kill: { run: kill, size: 500, part: 40 },
  crowd: { run: crowd, size: 10, part: 2 },
  storm: { run: storm, size: 60, part: 30 },
  outage: { run: outage, size: 200_000, part: 20_000 },
} satisfies Record<string, Scenario>

export type ScenarioName = keyof typeof scenarios
