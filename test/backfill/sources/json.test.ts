// NDJSON and JSON arrays: what is a row, what is broken, and in which line.

import { Readable } from 'node:stream'
import { expect } from 'chai'
import fc from 'fast-check'
import { jsonArrayRows } from '../../../lib/backfill/sources/json-array.js'
import { brokenOf, itemsOf, rowsOf, told, type Item } from './files.js'

const ndjson = (text: string | Buffer): Promise<Item[]> => itemsOf(text, { name: 'rows.ndjson' })
const array = (text: string): Promise<Item[]> => itemsOf(text, { name: 'rows.json' })

/** The rows of an array up to the error with which it ends. */
async function untilError(text: string): Promise<[rows: unknown[], error: string]> {
  const rows: unknown[] = []
  try {
    for await (const items of jsonArrayRows(Readable.from([Buffer.from(text)])))
      rows.push(...rowsOf(items))
  } catch (error) {
    return [rows, String(error)]
  }
  return [rows, 'none']
}

describe('an NDJSON file', () => {
  it('has a row for each line', async () => {
    expect(told(await ndjson('{"id":1}\r\n\n{"id":2}\n{"id":3}'))).to.deep.equal([
      '1 {"id":1}',
      '3 {"id":2}',
      '4 {"id":3}',
    ])
  })

  it('has broken lines that cost only themselves, and whose reasons show nothing of them', async () => {
    const items = await ndjson('{"id":1}\n{"secret\n[1]\n"text"\nnull\n{"id":6}\n')
    expect(told(items)).to.deep.equal([
      '1 {"id":1}',
      '2 ! the text is not valid JSON: see the character at position 8',
      '3 ! the row is an array; allowed: an object',
      '4 ! the row is a string; allowed: an object',
      '5 ! the row is null; allowed: an object',
      '6 {"id":6}',
    ])
  })

  it('keeps every digit of an id of 64 bits', async () => {
    const items = await ndjson('{"id":12345678901234567890,"n":1.5,"t":"1234567890123456"}\n')
    expect(rowsOf(items)).to.deep.equal([
      { id: '12345678901234567890', n: 1.5, t: '1234567890123456' },
    ])
  })

  it('of rejects is read as the rows that they hold', async () => {
    const lines = [
      { line: 7, reason: 'timestamp is missing', row: { id: 1 } },
      { line: 8, reason: 'not JSON', text: '{"id":2}' },
      { line: 9, reason: 'too long' },
      { line: 10, reason: 'a row of a source', text: 'that has more', other: true },
    ]
    const items = await ndjson(lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
    expect(told(items)).to.deep.equal([
      '1 {"id":1}',
      '2 {"id":2}',
      '3 ! the rejected line has neither a row nor a text to read one from',
      '4 {"line":10,"reason":"a row of a source","text":"that has more","other":true}',
    ])
  })
})

describe('a JSON array', () => {
  it('has a row for each element, with the line in which it begins', async () => {
    const text = '[\n  {"id":1},\n  {\n    "id":2,"a":["]",{"b":"},{"}]\n  }, {"id":3}\n]\n'
    expect(told(await array(text))).to.deep.equal([
      '2 {"id":1}',
      '3 {"id":2,"a":["]",{"b":"},{"}]}',
      '5 {"id":3}',
    ])
    expect(told(await array('[{"id":1},{"id":2}]'))).to.deep.equal(['1 {"id":1}', '1 {"id":2}'])
    expect(await array('[]')).to.deep.equal([])
    expect(await array('')).to.deep.equal([])
  })

  it('that is NDJSON by another name is read as such', async () => {
    expect(told(await array('{"id":1}\n{"id":2}\n'))).to.deep.equal(['1 {"id":1}', '2 {"id":2}'])
  })

  for (const [what, element] of [
    ['a comma too many', '{"id":2,}'],
    ['a key without quotes', '{id:2}'],
    ['a number', '17'],
  ] as const) {
    it(`has a broken element that costs only itself: ${what}`, async () => {
      const items = await array(`[\n{"id":1},\n${element},\n{"id":3},\n{"id":4}\n]\n`)
      expect(rowsOf(items)).to.deep.equal([{ id: 1 }, { id: 3 }, { id: 4 }])
      expect(brokenOf(items).map(({ position, text }) => [position.line, text])).to.deep.equal([
        [3, element],
      ])
    })
  }

  for (const [what, element, reason] of [
    ['a brace too many', '{"id":2}}', 'the } in line 3 closes nothing that is open'],
    ['a brace too few', '{"id":2,"a":{"b":1}', 'the ] in line 6 closes nothing that is open'],
    ['a string that is not closed', '{"id":"2}', 'the string in line 3 is not closed'],
    ['a bracket of another kind', '{"id":[2}', 'the } in line 3 closes nothing that is open'],
  ] as const) {
    it(`that is broken ends with an error that names the line, after the rows before it: ${what}`, async () => {
      const [rows, error] = await untilError(`[\n{"id":1},\n${element},\n{"id":3},\n{"id":4}\n]\n`)
      expect(rows).to.deep.equal([{ id: 1 }])
      expect(error).to.include(
        `the JSON array is broken: ${reason}, in the element that begins in line 3`,
      )
      expect(error).not.to.include('id')
    })
  }

  it('keeps every digit of an id of 64 bits', async () => {
    expect(rowsOf(await array('[{"id":12345678901234567890,"n":1.5}]'))).to.deep.equal([
      { id: '12345678901234567890', n: 1.5 },
    ])
  })

  it('has an element of 5 MB that costs only itself', async () => {
    const text = `[\n{"id":1},\n{"id":"${'x'.repeat(5_000_000)}"},\n{"id":3}\n]`
    expect(told(await array(text))).to.deep.equal([
      '2 {"id":1}',
      '3 ! the element has 5000009 bytes; allowed: 1048576',
      '4 {"id":3}',
    ])
  })

  it('that was cut off says so', async () => {
    const [rows, error] = await untilError('[\n{"id":1},\n')
    expect(rows).to.deep.equal([{ id: 1 }])
    expect(error).to.include('the array is not closed after line 3: is the file complete?')
    const [, within] = await untilError('[\n{"id":1},\n{"id":')
    expect(within).to.include('the element that begins in line 3 never ends')
  })

  it('can be resumed after any element', async () => {
    const text = '[{"id":1},{"id":2},\n{"id":3},{"id":4,}]'
    const all = await array(text)
    for (let rows = 1; rows <= all.length; rows++) {
      const position = all[rows - 1]?.position ?? {}
      const rest = await itemsOf(text, { name: 'rows.json', after: { position, rows } })
      expect(rest, String(rows)).to.deep.equal(all.slice(rows))
    }
  })

  it('of any objects comes back as it was written', async () => {
    const rows = fc.array(fc.dictionary(fc.string(), fc.jsonValue()))
    await fc.assert(
      fc.asyncProperty(rows, fc.constantFrom(undefined, 2), async (written, indent) => {
        const text = JSON.stringify(written, undefined, indent)
        const expected: unknown = JSON.parse(text)
        const isBig = /\d{16}/.test(text)
        const items = await array(text)
        expect(brokenOf(items)).to.deep.equal([])
        if (!isBig) expect(rowsOf(items)).to.deep.equal(expected)
      }),
      { numRuns: 150 },
    )
  })
})
