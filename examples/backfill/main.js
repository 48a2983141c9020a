// node examples/backfill/main.js: 10,000 made-up users of a CSV file, sent once, interrupted, resumed, and sent
// again; into a collector of its own. Nothing leaves this machine.
import { createReadStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { backfill } from 'selfsame/backfill'
import { startCollector } from '@selfsame/collector'
import { header, lines } from './people.js'

const folder = mkdtempSync(join(tmpdir(), 'selfsame-backfill-'))
const file = join(folder, 'users.csv')
writeFileSync(file, [...lines()].join('\n'))
const collector = await startCollector()

/** The rows of this file. Its fields have neither quotes nor commas; a real one wants a real parser. */
async function* users() {
  const columns = header.split(',')
  let isHeader = true
  for await (const line of createInterface({ input: createReadStream(file) })) {
    const fields = line.split(',')
    if (!isHeader) yield Object.fromEntries(columns.map((column, index) => [column, fields[index]]))
    isHeader = false
  }
}

const options = {
  writeKey: 'demo',
  // In yours: the host of your workspace, and no proxy option.
  host: collector.url,
  proxy: false,
  // The default is 500 a second. This collector has no other customers.
  rate: 10_000,
  name: 'users-2026',
  checkpoint: join(folder, 'users.checkpoint.json'),
  rejects: join(folder, 'rejects.ndjson'),
  integrations: { All: false, Amplitude: true },
  map: ({ id, first_name, last_name, email, plan, created_at }) => ({
    type: 'identify',
    userId: id,
    traits: { firstName: first_name, lastName: last_name, email, plan, createdAt: created_at },
    timestamp: created_at,
  }),
}

console.log('A dry run')
const dry = await backfill(users(), { ...options, dryRun: true })
console.log(`  ${dry.rows} rows would be ${dry.messages} messages, from ${dry.firstTimestamp}`)
for (const [reason, count] of Object.entries(dry.rejectedByReason)) {
  console.log(`  ${count} rows would be rejected: ${reason}`)
}
for (const { kind, count } of dry.suspicions) console.log(`  suspicious: ${kind}, ${count} rows`)

console.log('\nThe run, interrupted when 1,000 messages have arrived')
const interruption = new AbortController()
collector.on('message', () => {
  if (collector.accepted >= 1_000) interruption.abort()
})
const first = await backfill(users(), { ...options, signal: interruption.signal })
console.log(`  ${first.delivered} delivered, completed: ${first.completed}`)

console.log('\nThe same command again')
const report = await backfill(users(), options)
console.log(`  went on behind row ${report.resumedFrom}`)
console.log(`  ${report.delivered} delivered of ${report.rows} rows, ${report.rejected} rejected`)
const rejects = readFileSync(report.rejects, 'utf8').trimEnd().split('\n')
console.log(`  the first line of the rejects: ${rejects[0]}`)

console.log('\nAll of it once more')
await backfill(users(), { ...options, resume: false })
console.log(`  the collector holds ${collector.accepted} messages, and dropped`)
console.log(`  ${collector.duplicates} that it had by their messageId`)

await collector.close()
rmSync(folder, { recursive: true })
const isRight =
  collector.accepted === 9_988 &&
  collector.duplicates === 9_988 &&
  report.delivered + report.rejected === 10_000
process.exitCode = isRight ? 0 : 1
