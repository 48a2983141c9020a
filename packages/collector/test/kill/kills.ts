// Kills a program that takes messages in, again and again, and looks at what it left.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { rebuild } from '../../lib/people/rebuild.js'
import { takeIn } from '../../lib/intake/take-in.js'
import { rulesFrom } from '../../lib/profiles/rules.js'
import { MemoryStore } from '../../lib/store/memory/memory-store.js'
import { openStore } from '../../lib/store/open/open-store.js'
import type { Store } from '../../lib/store/store.js'
import { messageOf } from './messages.js'

const WRITER = fileURLToPath(new URL('writer.ts', import.meta.url))

export interface Kills {
  /** What `openStore()` takes. It is empty. */
  readonly db: string
  readonly kills: number
  readonly random?: () => number
  readonly onKill?: (done: number, acknowledged: number) => void
}

export interface Found {
  readonly acknowledged: number
  readonly kept: number
  /** In words; none is what is hoped for. */
  readonly faults: readonly string[]
}

export async function killAgainAndAgain(options: Kills): Promise<Found> {
  const { db, kills, random = Math.random, onKill } = options
  const acknowledged = new Set<number>()
  let next = 0
  for (let done = 1; done <= kills; done++) {
    const lines = await runUntilKilled(db, next, 20 + Math.floor(random() * 400))
    for (const line of lines) {
      const [begin = 0, size = 0] = line.split(' ').map(Number)
      for (let i = begin; i < begin + size; i++) acknowledged.add(i)
    }
    // What was not acknowledged is sent again, as clients do. It may be there nevertheless, and is kept once.
    while (acknowledged.has(next)) next += 1
    onKill?.(done, acknowledged.size)
  }
  const store = await openStore(db)
  try {
    return await check(store, acknowledged)
  } finally {
    await store.close()
  }
}

/** @returns the lines that it wrote */
async function runUntilKilled(db: string, first: number, ms: number): Promise<string[]> {
  const child = spawn(process.execPath, ['--import', 'tsx', WRITER, db, String(first)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines: string[] = []
  let timer: NodeJS.Timeout | undefined
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line === 'ready') timer = setTimeout(() => child.kill('SIGKILL'), ms)
    else lines.push(line)
  })
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null]
  clearTimeout(timer)
  if (signal !== 'SIGKILL') throw new Error(`The writer ended by itself, with ${code}`)
  // A line that was cut off by the kill is no acknowledgement.
  return lines.filter((line) => /^\d+ \d+$/.test(line))
}

async function check(store: Store, acknowledged: ReadonlySet<number>): Promise<Found> {
  const faults: string[] = []
  const replay = new MemoryStore({ limit: Infinity })
  const counts = new Map<string, number>()
  for (let after = 0; ;) {
    const page = await store.messages({ after, limit: 500 })
    const last = page.at(-1)
    if (!last) break
    after = last.seq
    for (const { message } of page) {
      counts.set(message.messageId, (counts.get(message.messageId) ?? 0) + 1)
    }
    await takeIn(replay, rulesFrom(), page)
  }
  for (const number of acknowledged) {
    const { message } = messageOf(number)
    if (!counts.has(message.messageId))
      faults.push(`${message.messageId} was acknowledged and is not there`)
  }
  for (const [id, count] of counts) if (count > 1) faults.push(`${id} is there ${count} times`)
  const { differences } = await rebuild(store, { space: 'web', rules: rulesFrom() })
  if (differences.length > 0) faults.push(`${differences.length} people differ from a replay`)
  const kept = await contentsOf(store)
  const replayed = await contentsOf(replay)
  for (const name of new Set([...Object.keys(kept), ...Object.keys(replayed)])) {
    if (JSON.stringify(kept[name]) !== JSON.stringify(replayed[name]))
      faults.push(`${name} differs from a replay`)
  }
  return { acknowledged: acknowledged.size, kept: counts.size, faults }
}

/** Rows of all tables and all people, without what depends on the places of messages that were lost. */
async function contentsOf(store: Store): Promise<Record<string, unknown>> {
  const contents: Record<string, unknown> = {}
  const profiles = await store.profiles({ limit: 1_000_000 })
  contents.people = profiles
    .map(({ id, mappings, traits, updatedAt, lastMessageId, merged }) => ({
      id,
      updatedAt,
      lastMessageId,
      merged: [...merged].sort(),
      mappings: mappings
        .map(({ type, value, firstMessageId }) => [type, value, firstMessageId])
        .sort(),
      traits: [...traits].map(([name, { value }]) => [name, value]).sort(),
    }))
    .sort((a, b) => (a.id < b.id ? -1 : 1))
  for (const { name, schema, rows } of await store.tables()) {
    if (STORES_OWN.has(name)) {
      contents[name] = rows
      continue
    }
    const found = await store.rows(name, {
      ...(schema === undefined ? {} : { schema }),
      limit: 1_000_000,
    })
    contents[name] = found
      .map((row) =>
        JSON.stringify(
          Object.entries(row)
            .filter(([, cell]) => cell !== null)
            .sort(),
        ),
      )
      .sort()
  }
  return contents
}

/** Compared by the number of their rows: they have the places of messages in them. */
const STORES_OWN = new Set([
  'messages',
  'profiles',
  'identifiers',
  'profile_accounts',
  'id_graph_updates',
  'external_id_mapping_updates',
  'profile_traits_updates',
  'violations',
  'operations',
])
