// Everything at once: a few processes that come and go, an endpoint that does what it likes, clocks that jump, disks
// that are full. At the end the weather is fine, and the books must balance.

import { setTimeout as wait } from 'node:timers/promises'
import type { Random } from './random.js'
import { Station } from './station.js'
import type { Totals } from './totals.js'

const day = 86_400_000

type Event = (station: Station, random: Random) => Promise<void> | void

const pickLiving = (station: Station, random: Random) =>
  station.living.length === 0 ? undefined : random.pick(station.living)

/** What may happen next, and how often. */
const events: readonly (readonly [weight: number, event: Event])[] = [
  [4, (station, random) => void start(station, random)],
  [
    3,
    (station, random) => {
      const client = pickLiving(station, random)
      if (!client) return
      // What one has dropped in its last moment it could not report any more: that is no loss of the outbox.
      if (client.plan.options.overflow === 'drop-oldest') client.terminate()
      else station.kill(client)
    },
  ],
  [
    2,
    async (station, random) => {
      const client = pickLiving(station, random)
      if (client) await station.stop(client, random.integer(100, 1_500))
    },
  ],
  [2, (station, random) => station.closePort(random.integer(20, 1_000))],
  [
    2,
    (station, random) => {
      pickLiving(station, random)?.tell({ order: 'jump', by: random.integer(-2 * day, 2 * day) })
      station.totals.fault('clock jump')
    },
  ],
  [
    2,
    async (station, random) => {
      const client = pickLiving(station, random)
      client?.tell({ order: 'fill' })
      station.totals.fault('disk full')
      await wait(random.integer(10, 300))
      client?.tell({ order: 'empty' })
    },
  ],
  [
    1,
    (station, random) => {
      pickLiving(station, random)?.tell({ order: 'close' })
      station.totals.fault('close()')
    },
  ],
  [
    1,
    (station, random) => {
      pickLiving(station, random)?.tell({ order: 'exit' })
      station.totals.fault('process.exit()')
    },
  ],
  [
    1,
    (station, random) => {
      pickLiving(station, random)?.terminate()
      station.totals.fault('SIGTERM')
    },
  ],
  [
    1,
    (station, random) => {
      station.weather.severity = random.pick([0, 0.1, 0.3, 0.9])
    },
  ],
]
const weightOfAll = events.reduce((sum, [weight]) => sum + weight, 0)

/** At most so many processes at a time. */
const most = 4

/** @param seconds how long the storm lasts; what is left then is delivered after it */
export async function storm(random: Random, seconds: number): Promise<Totals> {
  const station = await Station.open(random, 0.2)
  try {
    const end = performance.now() + seconds * 1000
    const underWay: Promise<void>[] = []
    for (let step = 1; performance.now() < end; step++) {
      const own = random.fork(step)
      if (station.living.length === 0) start(station, own)
      underWay.push(Promise.resolve(chosen(own)(station, own.fork('event'))))
      station.totals.rounds++
      await wait(own.integer(20, 250))
      station.check()
    }
    await Promise.all(underWay)
    station.weather.severity = 0
    for (const client of station.living) client.tell({ order: 'pause' })
    // Somebody must be there to take over what the dead have left.
    start(station, random).tell({ order: 'pause' })
    await station.settle()
    await station.finish()
    return station.totals
  } finally {
    await station.close()
  }
}

function chosen(random: Random): Event {
  let left = random.next() * weightOfAll
  for (const [weight, event] of events) {
    left -= weight
    if (left <= 0) return event
  }
  return (station, own) => void start(station, own)
}

function start(station: Station, random: Random) {
  if (station.living.length >= most && station.living[0]) return station.living[0]
  return station.start({
    burst: random.pick([1, 10, 100]),
    pause: random.pick([1, 5, 20]),
    callsInListeners: random.chance(0.5),
    content: { poison: random.pick([0, 0, 0.002, 0.05]) },
    outbox: {
      fsync: random.pick(['batch', 'batch', 'call', false] as const),
      claimInterval: random.pick([20, 100, 500]),
    },
    options: {
      flushInterval: random.pick([1, 50, 500]),
      flushAt: random.pick([1, 20, 100]),
      maxBatchSize: random.pick([5, 50, 2500]),
      maxQueueBytes: random.pick([200_000, 1e9, 1e9, 1e9]),
      gzip: random.chance(0.3),
      overflow: random.pick(['drop-newest', 'drop-oldest'] as const),
    },
  })
}
