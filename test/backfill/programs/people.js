// A backfill of made-up people, of whom every hundredth has no valid timestamp. Prints the report, the largest resident
// size, and what was still in use after a collection at each thirtieth of the rows, as JSON. Needs --expose-gc.
import { backfill } from 'selfsame/backfill'

const [host, folder, count, batch] = process.argv.slice(2)
const start = Date.UTC(2014, 0, 1)

function* people() {
  for (let n = 0; n < Number(count); n++) {
    yield {
      id: `u${n}`,
      email: `u${n}@example.com`,
      plan: n % 3 === 0 ? 'premium' : 'basic',
      at: n % 100 === 50 ? 'yesterday' : start + n * 1_000,
    }
  }
}

const inUse = []
let peak = 0

function measure(rows) {
  peak = Math.max(peak, process.memoryUsage().rss)
  if (rows < ((inUse.length + 1) * Number(count)) / 30) return
  globalThis.gc()
  const { heapUsed, external } = process.memoryUsage()
  inUse.push(heapUsed + external)
}

const report = await backfill(people(), {
  writeKey: 'k',
  host,
  proxy: false,
  rate: 0,
  maxBatchSize: Number(batch),
  checkpoint: `${folder}/checkpoint.json`,
  rejects: `${folder}/rejects.ndjson`,
  map: ({ id, email, plan, at }) => ({
    type: 'identify',
    userId: id,
    traits: { email, plan },
    timestamp: at,
  }),
  onProgress: ({ rows }) => measure(rows),
})
console.log(JSON.stringify({ report, peak, inUse }))
