// Files: packed, in other encodings, not there.

import { expect } from 'chai'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { fileSource, type FileOptions } from '../../../lib/backfill/sources/file-source.js'
import { itemsOf, rowsOf, withFolder } from './files.js'

const text = 'id,name\n1,Zoë\n2,Łukasz\n'
const rows = [
  { id: '1', name: 'Zoë' },
  { id: '2', name: 'Łukasz' },
]

const errorOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'no error',
    (error: unknown) => String(error),
  )

describe('a file', () => {
  it('that is gzip is unpacked, whatever it is called', async () => {
    expect(rowsOf(await itemsOf(gzipSync(text)))).to.deep.equal(rows)
    expect(rowsOf(await itemsOf(gzipSync(text), { name: 'rows.csv.gz' }))).to.deep.equal(rows)
    // As `cat a.gz b.gz` makes it.
    const joined = Buffer.concat([gzipSync('id,name\n1,Zoë\n'), gzipSync('2,Łukasz\n')])
    expect(rowsOf(await itemsOf(joined))).to.deep.equal(rows)
  })

  it('that is gzip and was cut off, or damaged, is an error that says so', async () => {
    const numbers = Array.from(
      { length: 9_999 },
      (_, id) => `${id},${Math.sin(id)}
`,
    )
    const packed = gzipSync(`id,sine
${numbers.join('')}`)
    expect(await errorOf(itemsOf(packed.subarray(0, packed.length / 2)))).to.include(
      'ends in the middle of its gzip data',
    )
    packed.fill(7, 40, 400)
    expect(await errorOf(itemsOf(packed))).to.include('has damaged gzip data')
  })

  it('with a byte order mark is read in its encoding', async () => {
    for (const encoding of ['utf8', 'utf16le'] as const) {
      const content = Buffer.from(`\uFEFF${text}`, encoding)
      expect(rowsOf(await itemsOf(content)), encoding).to.deep.equal(rows)
      if (encoding === 'utf16le')
        expect(rowsOf(await itemsOf(content.swap16())), 'utf16be').to.deep.equal(rows)
    }
  })

  it('in another encoding is read by the option, and without it says what to do', async () => {
    const latin = Buffer.from('id,name\n1,Zoë\n', 'latin1')
    expect(rowsOf(await itemsOf(latin, { encoding: 'latin1' }))).to.deep.equal([rows[0]])
    const utf16 = Buffer.from(text, 'utf16le')
    expect(await errorOf(itemsOf(utf16))).to.include("give the encoding 'utf-16le'")
    expect(rowsOf(await itemsOf(utf16, { encoding: 'utf-16le' }))).to.deep.equal(rows)
    // Told to be UTF-8 it is looked at no less.
    const [, second] = await itemsOf(Buffer.concat([Buffer.from('id\n1\n'), Buffer.from([0xff])]), {
      encoding: 'utf-8',
    })
    expect(second).to.have.property('broken')
  })

  it('whose lines end with a carriage return alone says what to do', async () => {
    expect(await errorOf(itemsOf('id,name\r1,Ann\r'))).to.include("tr '\\r' '\\n'")
  })

  it('that does not exist, or is a directory, is an error that says so', () =>
    withFolder(async (folder) => {
      mkdirSync(join(folder, 'directory'))
      const read = (name: string): Promise<string> =>
        errorOf(fileSource(join(folder, name)).open()[Symbol.asyncIterator]().next())
      expect(await read('nothing.csv')).to.match(/SourceError: .*nothing\.csv does not exist/)
      expect(await read('directory')).to.include('is a directory')
    }))

  it('knows its size, how far it was read, and itself again', () =>
    withFolder(async (folder) => {
      const path = join(folder, 'rows.csv')
      writeFileSync(path, text)
      const source = fileSource(path)
      const first = await source.fingerprint
      expect(await source.total).to.equal(Buffer.byteLength(text))
      for await (const item of source.open()) expect(item).to.have.property('row')
      expect(source.done?.()).to.equal(Buffer.byteLength(text))
      expect(await fileSource(path).fingerprint).to.equal(first)
      expect(await fileSource(path, { delimiter: ';' }).fingerprint).not.to.equal(first)
      writeFileSync(path, text.replace('1', '7'))
      expect(await fileSource(path).fingerprint).not.to.equal(first)
      expect(first).not.to.include('Zoë')
    }))

  it('whose options are wrong is refused at once', () => {
    const refused =
      (options: unknown): unknown =>
      () =>
        fileSource('a.csv', options as FileOptions)
    expect(refused({ format: 'xls' })).to.throw(TypeError, 'option format is "xls"; allowed:')
    expect(refused({ delimiter: '::' })).to.throw(TypeError, 'option delimiter is "::"')
    expect(refused({ quote: true })).to.throw(TypeError, 'option quote is true')
    expect(refused({ columns: [] })).to.throw(TypeError, 'option columns is an array')
    expect(refused({ header: 1 })).to.throw(TypeError, 'option header is a number')
    expect(refused({ encoding: 'x' })).to.throw(TypeError, 'option encoding is "x"')
    expect(() => fileSource('')).to.throw(TypeError, 'option path is an empty string')
  })
})
