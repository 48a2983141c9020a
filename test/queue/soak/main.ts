// The long run of the kills: `npm run soak:queue`, or with `-- bullmq` or `-- graphile-worker` one engine alone. Its
// sizes are environment variables: APPS, WORKERS, MESSAGES (of all apps) and KILLS.

import { expectNothingLost, type Engine, type Outcome, type Sizes } from '../killing.js'
import { withPostgres, withRedis } from '../kill-engines.js'
import { endAll } from '../work-process.js'

const sizeOf = (name: string, standard: number): number => Number(process.env[name] ?? standard)
const sizes: Sizes = {
  apps: sizeOf('APPS', 4),
  workers: sizeOf('WORKERS', 4),
  messages: sizeOf('MESSAGES', 1_000_000),
  kills: sizeOf('KILLS', 200),
}
const [only] = process.argv.slice(2)
if (sizes.messages % sizes.apps !== 0) throw new Error('MESSAGES must be a multiple of APPS')

async function soak(engine: Engine): Promise<Outcome> {
  try {
    return await expectNothingLost(engine, sizes, (line) => {
      console.log(`${engine.name}: ${line}`)
    })
  } finally {
    await endAll()
  }
}

console.log(
  Object.entries(sizes)
    .map(([name, size]) => `${size} ${name}`)
    .join(', '),
)
for (const [name, run] of [
  ['bullmq', withRedis],
  ['graphile-worker', withPostgres],
] as const) {
  if (only !== undefined && only !== name) continue
  const { repeated, kills, seconds } = await run(soak)
  const memory = Math.round(process.memoryUsage().rss / 2 ** 20)
  console.log(
    `${name}: nothing lost, every person's order kept: ${sizes.messages} messages, ${repeated} of them again, ` +
      `${kills} kills and one of the engine, ${Math.round(seconds)} s; this process has ${memory} MiB`,
  )
}
