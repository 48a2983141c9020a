// How fast messages are taken in, and how much room they need:
//   node --import tsx packages/collector/test/postgres/measure.ts [postgres|sqlite] [messages]
// PostgreSQL is a server of its own with fsync as it is by default, reached through a socket.
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Cluster } from '../../../../test/postgres/cluster.js'
import type { Incoming } from '../../lib/messages/incoming.js'
import { takeIn } from '../../lib/intake/take-in.js'
import { rulesFrom } from '../../lib/profiles/rules.js'
import { openStore } from '../../lib/store/open/open-store.js'
import { message } from './messages.js'
import { randomBy } from './population.js'

const [kind = 'postgres', count = '100000'] = process.argv.slice(2)
const total = Number(count)
const BATCH = 500
const EVENTS = ['Signed Up', 'Product Viewed', 'Product Added', 'Order Completed', 'Article Read']
const random = randomBy(42)

function uuid(): string {
  const hex = (digits: number) =>
    random(16 ** digits)
      .toString(16)
      .padStart(digits, '0')
  return `${hex(7)}0-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(6)}${hex(6)}`
}

const visitors = Array.from({ length: Math.max(1, total / 10) }, uuid)

/** As a website sends: 60 % anonymous, with the context of a page. */
function generated(n: number): Incoming {
  const visitor = random(visitors.length)
  const isKnown = random(10) < 4
  const time = new Date(Date.UTC(2026, 0, 1) + n * 250).toISOString()
  const call = random(10)
  const url = 'https://example.com/shoes'
  const base = {
    messageId: uuid(),
    timestamp: time,
    receivedAt: time,
    sentAt: time,
    originalTimestamp: time,
    anonymousId: visitors[visitor]!,
    ...(isKnown ? { userId: `user-${visitor}` } : {}),
    context: {
      ip: '203.0.113.7',
      userAgent: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)',
      locale: 'de-DE',
      library: { name: 'selfsame', version: '0.1.0' },
      page: { path: '/shoes', url, referrer: 'https://example.com/' },
    },
  }
  if (call === 0 && isKnown) {
    const traits = { email: `user-${visitor}@example.com`, plan: 'pro', age: random(80) }
    return message({ ...base, type: 'identify', traits })
  }
  if (call < 3) {
    return message({ ...base, type: 'page', name: 'Shoes', properties: { path: '/shoes', url } })
  }
  const properties = { product_id: `p${random(1_000)}`, price: random(9_999) / 100, quantity: 2 }
  return message({ ...base, event: EVENTS[random(EVENTS.length)]!, properties })
}

/** ms */
function cpuOf(pid: unknown): number {
  const fields = readFileSync(`/proc/${String(pid)}/stat`, 'utf8')
    .split(') ')[1]!
    .split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10
}

const folder = mkdtempSync(join(tmpdir(), 'selfsame-measure-'))
const file = join(folder, 'events.db')
const cluster = kind === 'postgres' ? new Cluster({ isDurable: true }) : undefined
try {
  const store = await openStore(cluster?.url ?? file)
  const rules = rulesFrom()
  const marks = [performance.now()]
  let ms = 0
  const before = process.cpuUsage()
  let made = 0
  while (made < total) {
    const batch = Array.from({ length: Math.min(BATCH, total - made) }, () => generated(made++))
    const began = performance.now()
    await takeIn(store, rules, batch)
    ms += performance.now() - began
    marks.push(ms)
  }
  const { user, system } = process.cpuUsage(before)
  const tenth = Math.max(1, Math.floor((marks.length - 1) / 10))
  const rate = (messages: number, time: number) => Math.round((messages / time) * 1_000)
  console.log(`${total} messages into ${kind}: ${rate(total, ms)} a second`)
  console.log(
    `first tenth ${rate(tenth * BATCH, marks[tenth]!)}, last tenth ${rate(tenth * BATCH, ms - marks.at(-1 - tenth)!)}`,
  )
  console.log(`CPU of this process, with making them: ${Math.round((user + system) / 1_000)} ms`)
  console.log(`memory: ${Math.round(process.memoryUsage.rss() / 1e6)} MB`)
  let bytes = 0
  if (cluster) {
    for (const { pid } of (await cluster.query(
      `select pid from pg_stat_activity where application_name = 'selfsame-collector'`,
    )) as { pid: number }[]) {
      console.log(`CPU of backend ${pid}: ${cpuOf(pid)} ms`)
    }
    const [size] = (await cluster.query(
      `select sum(pg_total_relation_size(c.oid))::float8 as bytes from pg_class c
       join pg_namespace n on n.oid = c.relnamespace where nspname in ('selfsame', 'my_shop') and relkind = 'r'`,
    )) as { bytes: number }[]
    bytes = size?.bytes ?? 0
  }
  await store.close()
  if (!cluster) bytes = statSync(file).size
  console.log(`${Math.round(bytes / total)} bytes a message`)
  const json = JSON.stringify(generated(0).message).length
  console.log(`of which about ${json} are its own JSON`)
} finally {
  cluster?.stop()
  rmSync(folder, { recursive: true })
}
