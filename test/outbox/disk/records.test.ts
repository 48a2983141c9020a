// A batch file's content: what becomes of it when it is cut off or damaged, at every byte and every bit.

import { expect } from 'chai'
import {
  blankLines,
  emptyFileLength,
  endRecord,
  invertChecksum,
  messagesIn,
  readRecords,
  startRecord,
} from '../../../lib/outbox/disk/records.js'

/** A file of these messages, and where each record of it ends. */
function fileOf(texts: string[]): { file: Buffer; ends: number[] } {
  const pieces = texts.map((text, index) => {
    const record = Buffer.alloc(Buffer.byteLength(text) + 64)
    const start = startRecord(record, index === 0)
    const end = start + record.write(text, start)
    return record.subarray(0, endRecord(record, start, end))
  })
  let end = 0
  return { file: Buffer.concat(pieces), ends: pieces.map(({ length }) => (end += length)) }
}

function textsIn(file: Buffer): string[] {
  return readRecords(file).records.map(({ start, end }) => file.toString('utf8', start, end))
}

const lostIn = (file: Buffer): number => {
  const content = readRecords(file)
  return messagesIn(content) - content.records.length
}

const texts = [
  JSON.stringify({
    type: 'track',
    event: 'with "quotes", a line\nend, and spaces' + ' '.repeat(20),
  }),
  JSON.stringify({ type: 'identify', traits: { name: 'Zoë 👩‍🚀', tabs: '\t\t\t\t', empty: '' } }),
  '{}',
  JSON.stringify({ type: 'track', text: 'JJJJ**** ,\u000b\u0000', n: 1.5e300, list: [[], {}] }),
]

describe('a batch file', () => {
  const { file, ends } = fileOf(texts)

  it('gives back what was written, byte by byte', () => {
    const content = readRecords(file)
    expect(textsIn(file)).to.deep.equal(texts)
    expect(content).to.deep.include({ damages: [], blanks: 0, torn: undefined, isFlagged: false })
    expect(content.records.map(({ number }) => number)).to.deep.equal([0, 1, 2, 3])
  })

  it('is what a request body begins with', () => {
    const body = JSON.parse(`${file.toString()}]}`) as { batch: unknown[] }
    expect(body.batch).to.deep.equal(texts.map((text) => JSON.parse(text) as unknown))
  })

  it('that was cut off, at any byte, has every message of which the bytes are there', () => {
    for (let length = 0; length <= file.length; length++) {
      const cut = file.subarray(0, length)
      const content = readRecords(cut)
      // The checksum and the line's end may be missing.
      const whole = ends.filter((end) => end - 33 <= length).length
      expect(textsIn(cut), `of ${length} bytes`).to.deep.equal(texts.slice(0, whole))
      expect(content.damages).to.deep.equal([])
      const begins = Math.max(emptyFileLength, (ends[whole - 1] ?? 0) + 1)
      expect(content.torn !== undefined, `of ${length} bytes`).to.equal(length > begins)
    }
  })

  /** What is read of a damaged file is what was written, in order; and not less is said to be lost than is. */
  function check(damaged: Buffer, at: number, what: string): void {
    const read = textsIn(damaged)
    expect(
      texts.filter((text) => read.includes(text)),
      what,
    ).to.deep.equal(read)
    const lost = texts.length - read.length
    // Only a line's end belongs to two records.
    expect(lost, what).to.be.at.most(ends.includes(at + 1) ? 2 : 1)
    expect(lostIn(damaged), what).to.equal(lost)
  }

  it('of which any one bit was flipped loses the record that it is in, and no neighbour', () => {
    for (let bit = 0; bit < file.length * 8; bit++) {
      const flipped = Buffer.from(file)
      flipped[bit >> 3]! ^= 1 << (bit & 7)
      check(flipped, bit >> 3, `bit ${bit}`)
    }
  })

  it('of which any byte was overwritten loses the record that it is in, and no neighbour', () => {
    for (let at = 0; at < file.length; at++) {
      for (const byte of [0, 10, 13, 44, 255]) {
        const damaged = Buffer.from(file)
        damaged[at] = byte
        check(damaged, at, `byte ${at}`)
      }
    }
  })

  it('of which a block was zeroed has everything before and after the block', () => {
    const many = Array.from({ length: 50 }, (_, i) => JSON.stringify({ i, x: 'x'.repeat(i) }))
    const { file: large, ends: largeEnds } = fileOf(many)
    const damaged = Buffer.from(large).fill(0, 1000, 1512)
    const touched = largeEnds.map(
      (end, i) => end > 1000 && (largeEnds[i - 1] ?? emptyFileLength) < 1512,
    )
    expect(textsIn(damaged)).to.deep.equal(many.filter((_, i) => !touched[i]))
    expect(lostIn(damaged)).to.be.greaterThan(0)
  })

  it('of rubbish has nothing', () => {
    for (const rubbish of [Buffer.alloc(5000), Buffer.alloc(5000, 10), Buffer.alloc(5000, 32)]) {
      expect(textsIn(rubbish)).to.deep.equal([])
    }
  })

  it('says of each message whether it is settled, and stays what a body begins with', () => {
    const marked = Buffer.from(file)
    const { records } = readRecords(file)
    for (const index of [0, 2]) invertChecksum(marked, records[index]!.end)
    expect(textsIn(marked)).to.deep.equal(texts)
    expect(readRecords(marked).records.map(({ isSettled }) => isSettled)).to.deep.equal([
      true,
      false,
      true,
      false,
    ])
    expect(JSON.parse(`${marked.toString()}]}`)).to.deep.equal(JSON.parse(`${file.toString()}]}`))
  })

  it('has a blank line for each message that was lost', () => {
    for (const count of [1, 2, 5]) {
      const blanked = Buffer.concat([file, blankLines(count, count * 3)])
      expect(readRecords(blanked)).to.include({ blanks: count })
      expect(textsIn(blanked)).to.deep.equal(texts)
    }
  })
})
