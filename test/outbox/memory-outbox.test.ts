// The outbox in memory: what waits is bounded, and making room loses nothing that it need not.

import { expect } from 'chai'
import { Batch } from '../../lib/outbox/batch.js'
import { MemoryOutbox } from '../../lib/outbox/memory-outbox.js'

const KiB = 1024
const limits = {
  maxBatchSize: 2_500,
  maxBatchBytes: 480 * KiB,
  maxMessageBytes: 32 * KiB,
  maxQueueBytes: 64 * KiB * KiB,
}
const text = (i: number, length = 20): string => JSON.stringify({ i, text: 'x'.repeat(length) })

/** Everything that is in an outbox, taken out in order. */
function contents(outbox: MemoryOutbox): unknown[] {
  return outbox.takeAll().flatMap((batch) => batch.messages())
}

describe('an outbox that drops the oldest', () => {
  it('holds the newest that fit, whatever sizes come, and counts them right', () => {
    const dropped: unknown[] = []
    const outbox = new MemoryOutbox({
      ...limits,
      maxBatchBytes: KiB,
      maxQueueBytes: 1_000,
      onDropped: (batch) => dropped.push(...batch.messages()),
    })
    // A message that takes all the room empties the growing batch, whose memory is then used up.
    const lengths = [400, 20, 900, 20, 850, 900, 30, 700, 20, 20, 900]
    for (let i = 0; i < 500; i++) {
      expect(outbox.append(text(i, lengths[i % lengths.length]), undefined)).to.equal('accepted')
      expect(outbox.bytes).to.be.at.most(1_000)
    }
    const kept = contents(outbox) as { i: number }[]
    expect([...dropped, ...kept].map((message) => (message as { i: number }).i)).to.deep.equal([
      ...Array(500).keys(),
    ])
    expect(outbox.count).to.equal(kept.length)
  })

  it('drops nothing if that would not make room', () => {
    const dropped: Batch[] = []
    const outbox = new MemoryOutbox({
      ...limits,
      maxQueueBytes: 1_000,
      onDropped: (batch) => dropped.push(batch),
    })
    outbox.append(text(0, 800), undefined)
    // Being sent: it cannot be dropped.
    outbox.take()
    outbox.append(text(1, 50), undefined)
    expect(outbox.append(text(2, 400), undefined)).to.equal('full')
    expect(dropped).to.have.lengthOf(0)
  })
})

describe('the memory of batches', () => {
  it('is in proportion to what they hold, however few messages make one', () => {
    const outbox = new MemoryOutbox({ ...limits, maxBatchSize: 1 })
    const before = process.memoryUsage().arrayBuffers
    for (let i = 0; i < 1_000; i++) outbox.append(text(i, 100), undefined)
    expect(process.memoryUsage().arrayBuffers - before).to.be.below(1_000 * 20 * KiB)
    expect(contents(outbox)).to.have.lengthOf(1_000)
  })
})

describe('a batch', () => {
  const batchOf = (count: number): Batch => {
    const batch = new Batch(7)
    for (let i = 0; i < count; i++) batch.add(batch.write(text(i), 480 * KiB), undefined)
    return batch
  }
  const ids = (batch: Batch): number[] =>
    batch.messages().map((message) => (message as { i: number }).i)
  const bodyIds = (batch: Batch): number[] =>
    (JSON.parse(batch.body().toString()) as { batch: { i: number }[] }).batch.map(({ i }) => i)

  it('is the body of its request, to the byte', () => {
    const batch = batchOf(3)
    expect(bodyIds(batch)).to.deep.equal([0, 1, 2])
    expect(batch.body().length).to.equal(batch.bodyLengthWith(0) - 1)
  })

  it('without its oldest messages is the body of the others', () => {
    const batch = batchOf(4)
    expect(ids(batch.dropFirst())).to.deep.equal([0])
    batch.dropFirst()
    expect(bodyIds(batch)).to.deep.equal([2, 3])
    expect(batch).to.include({ count: 2, sequence: 9 })
  })

  it('split has the same messages, places and sizes', () => {
    const batch = batchOf(5)
    batch.dropFirst()
    const [first, second] = batch.split()
    expect([ids(first), ids(second)]).to.deep.equal([
      [1, 2],
      [3, 4],
    ])
    expect([first.sequence, second.sequence]).to.deep.equal([8, 10])
    expect(first.size + second.size).to.equal(batch.size)
    expect(bodyIds(second)).to.deep.equal([3, 4])
  })

  it('handed to another process is the same', () => {
    const batch = batchOf(3)
    batch.dropFirst()
    const copy = Batch.from(Buffer.from(batch.body()), batch.ends(), { sequence: batch.sequence })
    expect(ids(copy)).to.deep.equal([1, 2])
    expect(bodyIds(copy)).to.deep.equal([1, 2])
  })
})
