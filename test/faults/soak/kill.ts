// Random calls, `kill -9` at a random moment, restart; again and again, in several directories at a time.

import { setTimeout as wait } from 'node:timers/promises'
import type { Plan } from './client.js'
import type { Random } from './random.js'
import { Station } from './station.js'
import type { Totals } from './totals.js'

/** After so many rounds everything must have been delivered. */
const roundsBetweenBooks = 10

/** How long a client may live that was to be killed at a point which it never reaches, in milliseconds. */
const longestLife = 700

/** What is to happen for the n-th time, at most: of writes there are many. */
const points = {
  write: 60,
  create: 4,
  seal: 2,
  announce: 1,
  make: 1,
  remove: 3,
  removeDirectory: 3,
  claim: 1,
  removeMarker: 1,
} as const

export async function kill(random: Random, rounds: number): Promise<Totals> {
  const station = await Station.open(random, 0.15)
  try {
    for (let round = 1; round <= rounds; round++) {
      await oneLife(station, random.fork(round))
      station.totals.rounds++
      station.check()
      if (round % roundsBetweenBooks === 0) await books(station)
    }
    await books(station)
    await station.finish()
    return station.totals
  } finally {
    await station.close()
  }
}

async function oneLife(station: Station, random: Random): Promise<void> {
  const plan: Partial<Plan> = {
    calls: random.integer(1, 400),
    burst: random.pick([1, 10, 100]),
    pause: random.pick([0, 1, 5, 20]),
    outbox: { fsync: random.pick(['batch', 'batch', 'call', false] as const), claimInterval: 50 },
    options: {
      flushInterval: random.pick([1, 20, 100]),
      flushAt: random.pick([1, 20, 100]),
      maxBatchSize: random.pick([5, 50, 2500]),
    },
  }
  if (random.chance(0.5)) {
    const point = random.pick(Object.keys(points) as (keyof typeof points)[])
    const phase = random.pick(['before', 'within', 'after'] as const)
    const client = station.start({
      ...plan,
      killAt: { point, nth: random.integer(1, points[point]), phase },
    })
    await Promise.race([client.ended, wait(longestLife)])
    if (client.isEnded) station.totals.fault(`kill -9 at ${point}, ${phase}`)
    else {
      station.totals.fault(`never at ${point}`)
      station.kill(client)
    }
    await client.ended
    return
  }
  const client = station.start(plan)
  // Some do not even come to life.
  if (random.chance(0.9)) await client.ready
  await wait(random.next() ** 2 * 250)
  station.kill(client)
  await client.ended
}

/** Somebody who is not killed delivers what the others have left. */
async function books(station: Station): Promise<void> {
  const client = station.start({ calls: 20, end: 'close' })
  await client.ended
  await station.settle()
  await station.balance()
}
