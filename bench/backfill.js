// What a backfill of a million rows takes: node bench/backfill.js [--rows 1000000] [--rate 0]
//
// Rows come from a generator, or with --csv from a file of them, and go to the collector in another process. With
// --client the same messages go through the client instead: what the backfill adds to that.

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Analytics } from '../dist/index.js'
import { backfill, fileSource } from '../dist/backfill.js'
import { path } from './children.js'

const { values: flags } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000000' },
    rate: { type: 'string', default: '0' },
    client: { type: 'boolean', default: false },
    csv: { type: 'boolean', default: false },
  },
})
const count = Number(flags.rows)
const rate = Number(flags.rate)
const start = Date.UTC(2014, 0, 1)

function* people() {
  for (let n = 0; n < count; n++) {
    yield {
      id: `user-${n}`,
      email: `user${n}@example.com`,
      name: `Made-up Person ${n}`,
      plan: n % 3 === 0 ? 'premium' : 'basic',
      city: 'Berlin',
      country: 'Germany',
      created_at: new Date(start + n * 1000).toISOString(),
    }
  }
}

const map = ({ id, email, name, plan, city, country, created_at }) => ({
  type: 'identify',
  userId: id,
  traits: { email, name, plan, address: { city, country }, createdAt: created_at },
  timestamp: created_at,
})

const folder = mkdtempSync(join(tmpdir(), 'selfsame-bench-'))
const collector = fork(path('./backfill-collector.js'))
const [{ url }] = await once(collector, 'message')
const ask = async () => {
  collector.send('account')
  return (await once(collector, 'message'))[0]
}
const peaks = [0, 0]
const megabytes = () => process.memoryUsage().rss / 1e6

const csv = join(folder, 'users.csv')
if (flags.csv) writeCsv()

try {
  const cpu = process.cpuUsage()
  const started = performance.now()
  await (flags.client ? throughTheClient() : throughTheBackfill())
  const seconds = (performance.now() - started) / 1000
  const { user, system } = process.cpuUsage(cpu)
  const { accepted, duplicates, windows } = await ask()
  console.log(`rows            ${count}, accepted ${accepted}, duplicates ${duplicates}`)
  console.log(`rows a second   ${Math.round(count / seconds)} (${seconds.toFixed(1)} s)`)
  console.log(`CPU µs a row    ${((user + system) / count).toFixed(2)}`)
  console.log(`peak MB         ${peaks.map((peak) => peak.toFixed(0)).join(' and ')}, by halves`)
  if (windows) console.log(`in any ten seconds ${windows.least} to ${windows.most} messages`)
  process.exitCode = accepted === count && duplicates === 0 ? 0 : 1
} finally {
  collector.disconnect()
  rmSync(folder, { recursive: true })
}

function note(rows) {
  const half = rows * 2 < count ? 0 : 1
  peaks[half] = Math.max(peaks[half], megabytes())
}

async function throughTheBackfill() {
  await backfill(flags.csv ? fileSource(csv) : people(), {
    writeKey: 'key',
    host: url,
    proxy: false,
    rate,
    map,
    checkpoint: join(folder, 'checkpoint.json'),
    rejects: join(folder, 'rejects.ndjson'),
    onProgress: ({ rows }) => note(rows),
  })
}

function writeCsv() {
  const file = openSync(csv, 'w')
  let lines = 'id,email,name,plan,city,country,created_at\n'
  for (const row of people()) {
    lines += `${Object.values(row).join()}\n`
    if (lines.length < 65_536) continue
    writeSync(file, lines)
    lines = ''
  }
  writeSync(file, lines)
  closeSync(file)
}

async function throughTheClient() {
  const analytics = new Analytics({ writeKey: 'key', host: url, proxy: false, maxInFlight: 4 })
  let rows = 0
  for (const row of people()) {
    const goOn = analytics.identify(map(row))
    if (!goOn) await new Promise((resolve) => analytics.once('drain', resolve))
    if (++rows % 100 === 0) {
      note(rows)
      await new Promise(setImmediate)
    }
  }
  await analytics.close()
}
