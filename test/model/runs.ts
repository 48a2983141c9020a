// So many runs of one seed. What fails is made small, and printed with what repeats it.

import fc from 'fast-check'
import { anyCommands } from './commands.js'
import { configs, settingName } from './config.js'
import type { Config } from './config.js'
import type { Coverage } from './coverage.js'
import { finish } from './finish.js'
import { World } from './world.js'

export interface Plan {
  outbox: Config['outbox']
  transport: 'memory' | 'http'
  runs: number
  seed: number
  /** To repeat a failure: as fast-check prints both. */
  path?: string | undefined
  replayPath?: string | undefined
  /** After how many milliseconds it fails, with the smallest failure that it has found until then. */
  timeLimit?: number
  /** Called after each run that has not failed. */
  onRun?: () => void
}

const maxCommands = 25

/** @throws what fast-check throws where a run fails */
export async function runModel(plan: Plan, coverage: Coverage): Promise<void> {
  const { outbox, transport, runs, seed, path, replayPath, timeLimit } = plan
  const property = fc.asyncProperty(
    configs(outbox),
    anyCommands(maxCommands, replayPath),
    async (config, commands) => {
      const world = await World.open(config, coverage, transport)
      for (const [name, value] of Object.entries(config)) {
        if (name !== 'seed') coverage.hit(settingName(name, value))
      }
      try {
        await fc.asyncModelRun(() => ({ model: world.books, real: world }), commands)
        await finish(world)
        plan.onRun?.()
      } finally {
        await world.close()
      }
    },
  )
  await fc.assert(property, {
    numRuns: runs,
    seed,
    ...(path === undefined ? {} : { path }),
    ...(timeLimit === undefined
      ? {}
      : { interruptAfterTimeLimit: timeLimit, markInterruptAsFailure: true }),
  })
  coverage.hit('runs', runs)
}
