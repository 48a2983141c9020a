// The queries of docs/tables.md give what is printed below them.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { takeIn } from '../../packages/collector/lib/intake/take-in.js'
import type { CollectedMessage } from '../../packages/collector/lib/messages/message.js'
import { rulesFrom } from '../../packages/collector/lib/profiles/rules.js'
import { openStore } from '../../packages/collector/lib/store/open/open-store.js'
import type { Store } from '../../packages/collector/lib/store/store.js'
import { DISCARD_REASONS } from '../../packages/collector/lib/warehouse/discards.js'
import { fencesOf, pageText } from './pages.js'

const path = 'docs/tables.md'
const text = pageText(path)
const fences = fencesOf({ path, text })
const queries = fences.filter(({ language }) => language === 'sql')

/** The cells of the table that follows right after the block that ends before this line. */
function tableAfter(line: number, code: string): string[][] | undefined {
  const rest = text.split('\n').slice(line + code.split('\n').length)
  const start = rest.findIndex((content) => content !== '')
  if (rest[start]?.startsWith('|') !== true) return undefined
  const rows = rest.slice(start, rest.indexOf('', start))
  const cells = rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
  return cells.filter((_, i) => i !== 1)
}

describe('docs/tables.md', () => {
  let folder: string
  let store: Store

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'selfsame-tables-'))
    store = await openStore(join(folder, 'events.db'))
    const given = JSON.parse(
      fences.find(({ language }) => language === 'json')!.code,
    ) as CollectedMessage[]
    const batch = given.map((fields, i) => ({
      message: {
        ...fields,
        messageId: `m${i}`,
        timestamp: new Date(fields.timestamp).toISOString(),
        receivedAt: new Date(fields.timestamp).toISOString(),
      },
      space: 'web',
      source: 'web',
    }))
    await takeIn(store, rulesFrom(), batch)
  })
  after(async () => {
    await store.close()
    rmSync(folder, { recursive: true })
  })

  it('has queries', () => {
    expect(queries).to.have.length(6)
  })

  for (const { line, code } of queries) {
    it(`line ${line}: the query gives what is printed`, async () => {
      const { columns, rows } = await store.sql(code, { rows: 100, timeout: 2_000 })
      const printed = tableAfter(line, code)
      if (printed === undefined) return
      expect([columns, ...rows.map((row) => row.map(String))]).to.deep.equal(printed)
    })
  }

  it('prints what all queries but one give', () => {
    expect(queries.filter(({ line, code }) => tableAfter(line, code) === undefined)).to.have.length(
      1,
    )
  })

  it('has each reason of a discard', () => {
    const reasons = [...text.matchAll(/^\| `([^`]+)` +\|/gm)].map(([, reason]) => reason)
    expect(reasons).to.include.members([...DISCARD_REASONS])
  })
})
