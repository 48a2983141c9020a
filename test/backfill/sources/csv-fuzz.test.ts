// CSV: whatever is in a file, no row is lost, and every line number is true.

import { Readable } from 'node:stream'
import { expect } from 'chai'
import fc from 'fast-check'
import { csvRows } from '../../../lib/backfill/sources/csv.js'
import { brokenOf, itemsOf, rowsOf, type Item } from './files.js'

const columns = ['id', 'name', 'note']
const field = fc.string({ unit: fc.constantFrom('a', 'é', '"', ',', '\n', '\r\n', ' ', ';', '😀') })
const table = fc.array(fc.tuple(fc.nat(), field, field), { maxLength: 30 })
const newline = fc.constantFrom('\n', '\r\n')

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`
const needsQuotes = (text: string): boolean => /[",\r\n]/.test(text)
const written = (text: string): string => (needsQuotes(text) ? quoted(text) : text)
const lineCount = (text: string): number => text.split('\n').length

/** The text of a table, and the line in which each row begins. */
function textOf(
  rows: readonly (readonly [number, string, string])[],
  end: string,
): { text: string; lines: number[] } {
  let text = columns.join(',')
  const lines: number[] = []
  for (const row of rows) {
    text += end
    lines.push(lineCount(text))
    text += row.map((value) => written(String(value))).join(',')
  }
  return { text, lines }
}

const idsOf = (items: readonly Item[]): unknown[] =>
  rowsOf(items).map((row) => (row as { id: string }).id)

async function rowsFrom(chunks: readonly Buffer[]): Promise<unknown[]> {
  const items: unknown[] = []
  for await (const some of csvRows(Readable.from(chunks))) items.push(...some)
  return items
}

describe('any CSV file', () => {
  it('comes back as it was written, with true line numbers', async () => {
    await fc.assert(
      fc.asyncProperty(table, newline, fc.boolean(), async (rows, end, isEnded) => {
        const { text, lines } = textOf(rows, end)
        const items = await itemsOf(isEnded ? text + end : text)
        expect(brokenOf(items)).to.deep.equal([])
        expect(rowsOf(items)).to.deep.equal(
          rows.map(([id, name, note]) => ({ id: String(id), name, note })),
        )
        expect(items.map(({ position }) => position.line)).to.deep.equal(lines)
      }),
      { numRuns: 150 },
    )
  })

  it('can be resumed after any row as if it had been read in one go', async () => {
    await fc.assert(
      fc.asyncProperty(
        table,
        fc.nat(),
        fc.string({ unit: fc.constantFrom('"', 'x', ',', '\n') }),
        async (rows, at, junk) => {
          const { text } = textOf(rows, '\n')
          const content = `${text}\n${junk}\n${text.slice(text.indexOf('\n') + 1)}`
          const all = await itemsOf(content)
          const index = at % (all.length + 1)
          const last = all[index - 1]
          const after = last && { position: last.position, rows: index }
          const rest = await itemsOf(content, after ? { after } : {})
          expect(rest).to.deep.equal(all.slice(index))
        },
      ),
      { numRuns: 150 },
    )
  })

  it('with bytes damaged in one line loses no row of another', async () => {
    const damage = fc.uint8Array({ minLength: 1, maxLength: 12 }).map((bytes) => {
      // A newline would make it two lines.
      return Buffer.from(bytes.map((byte) => (byte === 0x0a ? 0x22 : byte)))
    })
    await fc.assert(
      fc.asyncProperty(damage, fc.nat({ max: 19 }), fc.nat({ max: 12 }), async (bytes, row, at) => {
        const lines = Array.from({ length: 20 }, (_, index) =>
          Buffer.from(`${index},"n ${index}",p`),
        )
        const hit = lines[row] ?? Buffer.alloc(0)
        lines[row] = Buffer.concat([hit.subarray(0, at), bytes, hit.subarray(at)])
        const content = Buffer.concat(
          [Buffer.from('id,name,note'), ...lines].flatMap((line) => [line, Buffer.from('\n')]),
        )
        const items = await itemsOf(content)
        const others = [...Array(20).keys()].filter((index) => index !== row).map(String)
        expect(idsOf(items)).to.include.members(others)
        for (const { position } of brokenOf(items)) expect(position.line).to.equal(row + 2)
      }),
      { numRuns: 300 },
    )
  })

  it('is the same in one block as line by line', async () => {
    const part = fc.constantFrom('1,a,b', '"', '2,"x', '3,"y",z', 'q"q', ',', '4,"c, d",e', '""')
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(part, { maxLength: 3 }), { maxLength: 12 }),
        async (lines) => {
          const text = lines.map((parts) => `${parts.join('')}\n`).join('')
          const chunks = ['id,name,note\n', ...text.split(/(?<=\n)/)].map((line) =>
            Buffer.from(line),
          )
          expect(await rowsFrom(chunks)).to.deep.equal(await rowsFrom([Buffer.concat(chunks)]))
        },
      ),
      { numRuns: 500 },
    )
  })

  it('of random bytes never throws anything but that its header is wrong', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), async (bytes) => {
        const content = Buffer.concat([Buffer.from('id,name\n'), bytes])
        const items = await itemsOf(content)
        for (const { position } of items) expect(position.line).to.be.greaterThan(1)
      }),
      { numRuns: 300 },
    )
  })
})
