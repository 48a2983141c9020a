// A backfill of made-up people, of whom every hundredth has no valid timestamp; prints the report as JSON.
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

let peaks = [0, 0]
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
  onProgress({ rows }) {
    const half = rows * 2 < Number(count) ? 0 : 1
    peaks[half] = Math.max(peaks[half], process.memoryUsage().rss)
  },
})
console.log(JSON.stringify({ report, peaks }))
