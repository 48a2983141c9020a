// A batch file's content: what becomes of it when it is cut off or damaged, at every byte and every bit.

import { expect } from 'chai'
import {
  emptyFileLength,
  endRecord,
  readRecords,
  startRecord,
  type Content,
} from '../../../lib/outbox/directory/records.js'

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

function textsIn({ body, ends }: Content): string[] {
  let start = 10
  return ends.map((end) => {
    const text = body.toString('utf8', start, end)
    start = end + 1
    return text
  })
}

const texts = [
  JSON.stringify({
    type: 'track',
    event: 'with "quotes", a line\nend, and spaces' + ' '.repeat(70),
  }),
  JSON.stringify({ type: 'identify', traits: { name: 'Zoë 👩‍🚀', tabs: '\t\t\t\t', empty: '' } }),
  '{}',
  JSON.stringify({ type: 'track', text: 'JJJJ**** ,\u000b\u0000', n: 1.5e300, list: [[], {}] }),
]

describe('a batch file', () => {
  const { file, ends } = fileOf(texts)

  it('gives back what was written, byte by byte', () => {
    const content = readRecords(file)
    expect(textsIn(content)).to.deep.equal(texts)
    expect(content).to.include({ damaged: 0, isTorn: false })
    expect(content.numbers).to.deep.equal([0, 1, 2, 3])
  })

  it('is what a request body begins with', () => {
    const body = JSON.parse(`${file.toString()}]}`) as { batch: unknown[] }
    expect(body.batch).to.deep.equal(texts.map((text) => JSON.parse(text) as unknown))
  })

  it('that was cut off, at any byte, has every message of which the bytes are there', () => {
    for (let length = 0; length <= file.length; length++) {
      const content = readRecords(file.subarray(0, length))
      // The checksum and the line's end may be missing.
      const whole = ends.filter((end) => end - 33 <= length).length
      expect(textsIn(content), `of ${length} bytes`).to.deep.equal(texts.slice(0, whole))
      expect(content.damaged).to.equal(0)
      const begins = Math.max(emptyFileLength, (ends[whole - 1] ?? 0) + 1)
      expect(content.isTorn, `of ${length} bytes`).to.equal(length > begins)
    }
  })

  it('of which any one bit was flipped has all but one of its messages, and none that is changed', () => {
    for (let bit = 0; bit < file.length * 8; bit++) {
      const flipped = Buffer.from(file)
      flipped[bit >> 3]! ^= 1 << (bit & 7)
      const content = readRecords(flipped)
      const read = textsIn(content)
      const lost = texts.length - read.length
      expect(lost, `bit ${bit}`).to.be.at.most(1)
      expect(
        texts.filter((text) => read.includes(text)),
        `bit ${bit}`,
      ).to.deep.equal(read)
      expect(content.damaged + (content.isTorn ? 1 : 0), `bit ${bit}`).to.equal(lost)
    }
  })

  it('of which any byte was overwritten has all but one of its messages, and none that is changed', () => {
    for (let at = 0; at < file.length; at++) {
      for (const byte of [0, 9, 10, 32, 44, 255]) {
        const damaged = Buffer.from(file)
        damaged[at] = byte
        const read = textsIn(readRecords(damaged))
        expect(texts.length - read.length, `byte ${at}`).to.be.at.most(1)
        expect(
          texts.filter((text) => read.includes(text)),
          `byte ${at}`,
        ).to.deep.equal(read)
      }
    }
  })

  it('of which a block was zeroed has everything before and behind the block', () => {
    const many = Array.from({ length: 50 }, (_, i) => JSON.stringify({ i, x: 'x'.repeat(i) }))
    const { file: large, ends: largeEnds } = fileOf(many)
    const damaged = Buffer.from(large).fill(0, 1000, 1512)
    const touched = largeEnds.map(
      (end, i) => end > 1000 && (largeEnds[i - 1] ?? emptyFileLength) < 1512,
    )
    const content = readRecords(damaged)
    expect(textsIn(content)).to.deep.equal(many.filter((_, i) => !touched[i]))
    expect(content.damaged).to.be.greaterThan(0)
  })

  it('of rubbish has nothing', () => {
    for (const rubbish of [Buffer.alloc(5000), Buffer.alloc(5000, 10), Buffer.alloc(5000, 32)]) {
      expect(textsIn(readRecords(rubbish))).to.deep.equal([])
    }
  })
})
