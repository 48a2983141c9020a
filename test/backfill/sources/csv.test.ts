// CSV: what is a row, what is broken, and in which line.

import { expect } from 'chai'
import { brokenOf, itemsOf, rowsOf, told } from './files.js'

describe('a CSV file', () => {
  it('has a row for each record, each with the line in which it begins', async () => {
    const text = 'id,name\r\n1,"Ann, A."\r\n\n2,"two\r\nlines"\n3,"say ""hi"""\n4,last'
    expect(told(await itemsOf(text))).to.deep.equal([
      '2 {"id":"1","name":"Ann, A."}',
      '4 {"id":"2","name":"two\\r\\nlines"}',
      '6 {"id":"3","name":"say \\"hi\\""}',
      '7 {"id":"4","name":"last"}',
    ])
  })

  it('may be empty, or have a header alone', async () => {
    expect(await itemsOf('')).to.deep.equal([])
    expect(await itemsOf('id,name\n')).to.deep.equal([])
  })

  it('separated by semicolons, bars or tabs is read as such', async () => {
    for (const delimiter of [';', '|', '\t']) {
      const items = await itemsOf(`id${delimiter}name\n1${delimiter}A,B\n`)
      expect(rowsOf(items), delimiter).to.deep.equal([{ id: '1', name: 'A,B' }])
    }
    const items = await itemsOf('id\tname\n1\tA\n', { name: 'rows.tsv' })
    expect(rowsOf(items)).to.deep.equal([{ id: '1', name: 'A' }])
  })

  it('without quotes has them as text', async () => {
    const items = await itemsOf('id,name\n1,5" pipe\n2,"x\n', { quote: false })
    expect(rowsOf(items)).to.deep.equal([
      { id: '1', name: '5" pipe' },
      { id: '2', name: '"x' },
    ])
  })

  it('without a header takes the names of the option', async () => {
    const items = await itemsOf('1,Ann\n', { header: false, columns: ['id', 'name'] })
    expect(told(items)).to.deep.equal(['1 {"id":"1","name":"Ann"}'])
    const renamed = await itemsOf('a,a\n1,Ann\n', { columns: ['id', 'name'] })
    expect(told(renamed)).to.deep.equal(['2 {"id":"1","name":"Ann"}'])
  })

  it('is refused if two columns have one name; a column without one is numbered', async () => {
    const error: unknown = await itemsOf('id,email,email\n1,a,b\n').catch(
      (thrown: unknown) => thrown,
    )
    expect(String(error)).to.include('columns 2 and 3 are both called "email"')
    expect(rowsOf(await itemsOf('id,,x\n1,2,3\n'))).to.deep.equal([
      { id: '1', 'column 2': '2', x: '3' },
    ])
  })
})

describe('a broken row of a CSV file costs only itself', () => {
  const good = 'id,name,plan\n1,a,b\n'
  for (const [what, line, reason] of [
    [
      'a quote that is never closed',
      '2,"open,b',
      'the quote that opens in column 2 is never closed',
    ],
    ['text after a closing quote', '2,"x"y,b', 'text after the closing quote in column 2'],
    ['a quote within a bare field', '2,x"y",b', 'a quote within column 2'],
    ['too few columns', '2,x', 'the row has 2 columns, the header has 3'],
    ['too many columns', '2,x,y,z', 'the row has 4 columns, the header has 3'],
    ['a NUL byte', '2,x\0,y', 'a NUL byte is in the row'],
    ['the header again', 'id,name,plan', 'the header again'],
    [
      'a field of 5 MB',
      `2,${'x'.repeat(5_000_000)},y`,
      'the line has 5000004 bytes; allowed: 1048576',
    ],
  ] as const) {
    it(what, async () => {
      const items = await itemsOf(`${good}${line}\n3,"c",d\n4,e,f\n`)
      expect(rowsOf(items).map((row) => (row as { id: string }).id)).to.deep.equal(['1', '3', '4'])
      const [broken, ...others] = brokenOf(items)
      expect(others).to.deep.equal([])
      expect(broken?.position).to.deep.equal({ line: 3 })
      expect(broken?.broken).to.include(reason)
      // Half of a long text would be another row.
      expect(broken?.text).to.equal(line.length > 65_536 ? undefined : line)
    })
  }

  it('a byte that is not UTF-8', async () => {
    const text = Buffer.concat([
      Buffer.from(`${good}2,caf`),
      Buffer.from([0xe9]),
      Buffer.from(',x\n3,é,d\n'),
    ])
    const items = await itemsOf(text)
    expect(rowsOf(items)).to.have.lengthOf(2)
    expect(told(items)[1]).to.include("3 ! the byte 0xE9 is not UTF-8; in Latin-1 it is 'é'")
  })

  it('a faulty field of several lines is one row if none of its lines is a row by itself', async () => {
    const items = await itemsOf(`${good}2,"first\nsecond "x" line",y\n3,c,d\n`)
    expect(brokenOf(items).map(({ text, position }) => [position.line, text])).to.deep.equal([
      [3, '2,"first\nsecond "x" line",y'],
    ])
    expect(rowsOf(items)).to.have.lengthOf(2)
  })

  it('a quote that would swallow rows is that of its own line', async () => {
    const rows = Array.from({ length: 5_000 }, (_, index) => `${index + 10},n,p`)
    const items = await itemsOf(`${good}2,"open,b\n${rows.join('\n')}\n3,"q",r\n`)
    expect(rowsOf(items)).to.have.lengthOf(5_002)
    expect(brokenOf(items).map(({ text }) => text)).to.deep.equal(['2,"open,b'])
  })

  it('of which each line is told by its own fault, when a good row stands among them', async () => {
    const items = await itemsOf(`${good}2,"open\n3,""x\n4,b,c\n5,"y"z\n6,d,e\n`)
    expect(told(items)).to.deep.equal([
      '2 {"id":"1","name":"a","plan":"b"}',
      '3 ! the quote that opens in column 2 is never closed',
      '4 ! text after the closing quote in column 2; a quote within quotes is written twice',
      '5 {"id":"4","name":"b","plan":"c"}',
      '6 ! text after the closing quote in column 2; a quote within quotes is written twice',
      '7 {"id":"6","name":"d","plan":"e"}',
    ])
  })

  it('one record of 3 MB in short lines is skipped, up to the next row', async () => {
    const long = `2,"${'text without end\n'.repeat(200_000)}",b`
    const items = await itemsOf(`${good}${long}\n3,c,d\n4,e,f\n`)
    expect(rowsOf(items)).to.have.lengthOf(3)
    expect(brokenOf(items).map(({ position }) => position.line)).to.deep.equal([3])
  })

  it('joined files: a byte order mark within, and the header again', async () => {
    const items = await itemsOf(`\uFEFF${good}\uFEFFid,name,plan\n\uFEFF"2",c,d\n3,e,f\n`)
    expect(told(items)).to.deep.equal([
      '2 {"id":"1","name":"a","plan":"b"}',
      '3 ! the header again: were files joined?',
      '4 {"id":"2","name":"c","plan":"d"}',
      '5 {"id":"3","name":"e","plan":"f"}',
    ])
  })

  it('is read again by itself, from its line of the rejects', async () => {
    const items = await itemsOf('id;name\n1;"open\n2;x\n', { delimiter: ';' })
    const [broken] = brokenOf(items)
    const { position, broken: reason, text, csv } = broken ?? expect.fail('it is not broken')
    const mended = { ...position, reason, text: text?.replace('"', ''), csv }
    const again = await itemsOf(`${JSON.stringify(mended)}\n`, { name: 'rejects.ndjson' })
    expect(told(again)).to.deep.equal(['1 {"id":"1","name":"open"}'])
  })
})
