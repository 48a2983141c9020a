// The endpoint is away for an hour, and the calls go on, with a small heap. Memory stays flat, and all is delivered
// when it is back.

import type { Random } from './random.js'
import { Station, Violation } from './station.js'
import type { Totals } from './totals.js'

const MiB = 1024 * 1024

/** By how much more memory may be in use, and be taken from the system, at the end of the outage, in bytes. */
const tolerance = { used: 8 * MiB, resident: 48 * MiB }

const hour = 3_600_000

/** @param calls how many: the clock goes by an hour from the first to the last of them */
export async function outage(random: Random, calls: number): Promise<Totals> {
  const station = await Station.open(random, 0)
  try {
    station.totals.fault('closed port')
    await station.collector.down()
    const client = station.start(
      {
        calls,
        timeBetweenCalls: Math.round(hour / calls),
        burst: 200,
        pause: 0,
        callbacks: 0,
        // 200,000 of them fit into maxQueueBytes.
        content: { largest: 300 },
        options: { flushInterval: 10_000 },
      },
      ['--max-old-space-size=256', '--expose-gc'],
    )
    await client.done
    station.check()
    station.totals.notes.push(memoryOf(station))
    await station.collector.up()
    await station.settle()
    station.totals.rounds++
    await station.finish()
    return station.totals
  } finally {
    await station.close()
  }
}

/** @throws Violation where it grows */
function memoryOf({ ledger: { memory } }: Station): string {
  const quarter = Math.ceil(memory.length / 4)
  const first = memory.slice(0, quarter)
  const last = memory.slice(-quarter)
  // The client collects its garbage before each sample. The least of several leaves out what is on its way to the disk.
  const used = [first, last].map((part) =>
    Math.min(...part.map(({ heap, external }) => heap + external)),
  )
  const resident = [first, last].map((part) => Math.max(...part.map(({ rss }) => rss)))
  const text = `memory in the first and the last quarter: in use ${mib(used)}, resident ${mib(resident)} MiB`
  // Without a sample that is no number.
  const isFlat = growth(used) <= tolerance.used && growth(resident) <= tolerance.resident
  if (!isFlat) throw new Violation(`it grows with the backlog: ${text}`)
  return text
}

function growth([first = NaN, last = NaN]: number[]): number {
  return last - first
}

function mib(sizes: number[]): string {
  return sizes.map((bytes) => Math.round(bytes / MiB)).join(' and ')
}
