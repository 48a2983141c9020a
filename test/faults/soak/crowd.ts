// Eight processes on one directory: in each round four of them are killed and one is stopped.

import { setTimeout as wait } from 'node:timers/promises'
import type { Random } from './random.js'
import { Station } from './station.js'
import type { Totals } from './totals.js'

const size = 8

export async function crowd(random: Random, rounds: number): Promise<Totals> {
  const station = await Station.open(random, 0.1)
  try {
    for (let round = 1; round <= rounds; round++) {
      await oneRound(station, random.fork(round))
      station.totals.rounds++
    }
    await station.finish()
    return station.totals
  } finally {
    await station.close()
  }
}

async function oneRound(station: Station, random: Random): Promise<void> {
  while (station.living.length < size) {
    station.start({
      burst: random.pick([1, 5, 30]),
      pause: random.pick([5, 20, 50]),
      options: { flushAt: random.pick([1, 20, 100]), maxBatchSize: random.pick([20, 2500]) },
    })
  }
  for (const client of station.living) client.tell({ order: 'call' })
  await Promise.all(station.living.map(({ ready }) => ready))
  const chosen = random.sample(station.living, 5)
  const faults = chosen.map(async (client, index) => {
    await wait(random.fork(index).integer(0, 1_000))
    if (index === 0) await station.stop(client, random.fork('stop').integer(500, 2_000))
    else station.kill(client)
  })
  await Promise.all(faults)
  // The living take over what the dead have left.
  for (const client of station.living) client.tell({ order: 'pause' })
  await station.settle()
  await station.balance()
}
