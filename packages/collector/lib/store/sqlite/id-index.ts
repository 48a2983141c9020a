// Which messageIds are known. Ids are random: an index of their texts would be written to at a random page for each
// message, which costs more than all the rest. The newest are kept in memory instead, and put into an index of their
// hashes many at a time, in its order, so that many fall on each page.
import { indexMessages, INDEXED_TO, indexLogs } from './late-indexes.js'
import type { Statements } from './statements.js'

/**
 * How many ids are gathered before they are put into the index. Each time nearly all pages of the index are written, so
 * in a large file more are gathered; they are kept in memory, and a reader looks through their messages.
 */
const INDEX_EVERY = { least: 20_000, most: 50_000, shareOfAll: 1 / 25 } as const

export class IdIndex {
  readonly #statements: Statements
  readonly #indexEvery: number | undefined
  /** Those that are not in the index, with the place of their messages. */
  #recent = new Map<string, number>()
  /** Of the transaction that runs. */
  #pending: (readonly [id: string, seq: number])[] = []
  #isIndexed = false

  /** @param indexEvery - How many ids are gathered before they are put into the index. @default 20,000 to 50,000 */
  constructor(statements: Statements, indexEvery?: number) {
    this.#statements = statements
    this.#indexEvery = indexEvery
  }

  /** Reads what another process may have changed. */
  load(): void {
    const from = this.#statements.value('SELECT value FROM selfsame_counters WHERE name = ?', [
      INDEXED_TO,
    ])
    const rows = this.#statements.all('SELECT message_id, seq FROM messages WHERE seq > ?', [
      from ?? 0,
    ])
    this.#recent = new Map(rows as [string, number][])
  }

  /** The places of those messages that are kept. */
  find(ids: readonly string[]): Map<string, number> {
    const found = new Map<string, number>()
    const others: string[] = []
    const pending = new Map(this.#pending)
    for (const id of ids) {
      const seq = this.#recent.get(id) ?? pending.get(id)
      if (seq === undefined) others.push(id)
      else found.set(id, seq)
    }
    for (const [id, seq] of findIndexed(this.#statements, others)) found.set(id, seq)
    return found
  }

  add(messages: readonly (readonly [id: string, seq: number])[]): void {
    for (const each of messages) this.#pending.push(each)
  }

  /** The last of a transaction: writes to the index if it is time. */
  beforeCommit(): void {
    const count = this.#recent.size + this.#pending.length
    if (count === 0 || count < (this.#indexEvery ?? dueAt(this.#pending))) return
    const all = [...this.#recent, ...this.#pending]
    const rows = all.map(([id, seq]): [number, number] => [hashOf(id), seq])
    rows.sort(([a], [b]) => a - b)
    const last = all.reduce((most, [, seq]) => Math.max(most, seq), 0)
    this.#statements.insert({ table: 'selfsame_ids', columns: ['hash', 'seq'] }, rows)
    indexMessages(this.#statements, last)
    indexLogs(this.#statements)
    this.#isIndexed = true
  }

  committed(): void {
    if (this.#isIndexed) this.#recent.clear()
    else for (const [id, seq] of this.#pending) this.#recent.set(id, seq)
    this.#forget()
  }

  rolledBack(): void {
    this.#forget()
  }

  erase(messages: readonly (readonly [id: string, seq: number])[]): void {
    for (const [id, seq] of messages) {
      this.#recent.delete(id)
      this.#statements.run('DELETE FROM selfsame_ids WHERE hash = ? AND seq = ?', [hashOf(id), seq])
    }
  }

  #forget(): void {
    this.#pending = []
    this.#isIndexed = false
  }
}

/** Places are given in order, so that the last is about the number of all messages. */
function dueAt(pending: readonly (readonly [id: string, seq: number])[]): number {
  const [, last] = pending.at(-1) ?? ['', 0]
  const { least, most, shareOfAll } = INDEX_EVERY
  return Math.min(most, Math.max(least, last * shareOfAll))
}

/** As a reader finds them, which has no memory of the newest. */
export function findMessages(statements: Statements, ids: readonly string[]): Map<string, number> {
  const found = findIndexed(statements, ids)
  const rows = statements.all(
    `SELECT message_id, seq FROM messages
     WHERE seq > coalesce((SELECT value FROM selfsame_counters WHERE name = '${INDEXED_TO}'), 0)
       AND message_id IN (SELECT value FROM json_each(?))`,
    [JSON.stringify(ids)],
  )
  for (const [id, seq] of rows as [string, number][]) found.set(id, seq)
  return found
}

function findIndexed(statements: Statements, ids: readonly string[]): Map<string, number> {
  if (ids.length === 0) return new Map()
  const wanted = new Set(ids)
  // Two ids may have the same hash: the message itself decides.
  const rows = statements.all(
    `SELECT m.message_id, m.seq FROM json_each(?) w CROSS JOIN selfsame_ids i ON i.hash = w.value
     CROSS JOIN messages m ON m.seq = i.seq`,
    [JSON.stringify([...wanted].map(hashOf))],
  )
  return new Map((rows as [string, number][]).filter(([id]) => wanted.has(id)))
}

/** 53 bits, as many as a double holds: cyrb53, of public domain. */
function hashOf(text: string): number {
  let a = 0xdeadbeef
  let b = 0x41c6ce57
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    a = Math.imul(a ^ code, 2654435761)
    b = Math.imul(b ^ code, 1597334677)
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909)
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909)
  return 4294967296 * (2097151 & b) + (a >>> 0)
}
