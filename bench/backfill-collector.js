// The collector in a process of its own, for bench/backfill.js. It counts what arrives in any ten seconds.

import { startCollector } from '../packages/collector/dist/index.js'

const collector = await startCollector({ keep: false })
const arrivals = []
collector.on('request', ({ at, count }) => arrivals.push({ at, count }))

/** The least and the most that arrived in any ten seconds between the first request and the last. */
function windows() {
  const last = arrivals.at(-1)?.at ?? 0
  let least = Infinity
  let most = 0
  let sum = 0
  let end = 0
  for (const { at: from, count } of arrivals) {
    if (from + 10_000 > last) break
    while (end < arrivals.length && arrivals[end].at < from + 10_000) sum += arrivals[end++].count
    least = Math.min(least, sum)
    most = Math.max(most, sum)
    sum -= count
  }
  return least === Infinity ? undefined : { least, most }
}

process.on('message', () => {
  const { accepted, duplicates } = collector
  process.send({ accepted, duplicates, windows: windows() })
})
process.on('disconnect', () => process.exit())
process.send({ url: collector.url })
