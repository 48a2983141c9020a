// What arrives, for those who watch: the feed, what was refused, positions, the traffic.
import { expect } from 'chai'
import { Arrivals } from '../../lib/api/arrivals/arrivals.js'
import { Feed } from '../../lib/api/arrivals/feed.js'
import { compare, positionOf, positionText } from '../../lib/api/arrivals/position.js'
import type { StoredMessage } from '../../lib/store/store.js'

function stored(seq: number, message: Record<string, unknown> = {}): StoredMessage {
  return {
    seq,
    message: { type: 'track', messageId: `m${seq}`, ...message } as StoredMessage['message'],
    space: 'main',
    source: 'shop',
    profileId: undefined,
  }
}

describe('a position', () => {
  it('is written and read', () => {
    for (const text of ['0', '12', '12.3']) expect(positionText(positionOf(text)!)).to.equal(text)
    for (const text of ['', '-1', '1.', '.1', '1e3', 'x', '1.2.3', '9'.repeat(16)])
      expect(positionOf(text), text).to.equal(undefined)
  })

  it('of what was refused is after the message before it', () => {
    const sorted = ['1', '1.4', '1.10', '2', '10'].map((text) => positionOf(text)!)
    expect(sorted.toReversed().sort(compare)).to.deep.equal(sorted)
  })
})

describe('the feed', () => {
  const cleared = { kind: 'cleared' } as const

  it('gives what came after a number, so many at most', () => {
    const feed = new Feed()
    feed.publish(cleared)
    feed.publish({ kind: 'people' })
    feed.publish(cleared)
    expect(feed.last).to.equal(3)
    expect(feed.after(0, 2)!.map(({ kind }) => kind)).to.deep.equal(['cleared', 'people'])
    expect(feed.after(2, 9)).to.have.length(1)
    expect(feed.after(3, 9)).to.deep.equal([])
    expect(feed.after(4, 9)).to.equal(undefined)
  })

  it('keeps the newest 2,000', () => {
    const feed = new Feed()
    for (let number = 0; number < 5000; number += 1) feed.publish(cleared)
    expect(feed.after(3000, 5000)).to.have.length(2000)
    expect(feed.after(2999, 5000)).to.equal(undefined)
  })

  it('knows its own ids alone', () => {
    const feed = new Feed()
    feed.publish(cleared)
    expect(feed.numberOf(feed.idOf(1))).to.equal(1)
    expect(new Feed().numberOf(feed.idOf(1))).to.equal(undefined)
    for (const id of ['', '1', 'x-1', '-1', `${feed.idOf(1)}x`])
      expect(feed.numberOf(id), id).to.equal(undefined)
  })

  it('wakes everyone who waits: at an event, at the end of the time, or if the wait is cancelled', async () => {
    const feed = new Feed()
    const waits = [feed.wait(Infinity), feed.wait(60_000)]
    feed.publish(cleared)
    await Promise.all(waits)
    await feed.wait(1)
    const over = new AbortController()
    const wait = feed.wait(Infinity, over.signal)
    over.abort()
    await wait
    await feed.wait(Infinity, over.signal)
  })
})

describe('arrivals', () => {
  const shape = (arrivals: Arrivals) =>
    arrivals.feed
      .after(0, 100)!
      .map((event) => (event.kind === 'message' ? positionText(event.found.position) : event.kind))

  it('have what was refused in its place', () => {
    const arrivals = new Arrivals(Date.now)
    arrivals.refused({ kind: 'discarded', code: 'bad_request', message: 1 })
    arrivals.kept(stored(7))
    arrivals.refused({ kind: 'duplicate', message: {} })
    arrivals.kept(stored(8))
    arrivals.peopleChanged()
    arrivals.cleared()
    expect(shape(arrivals)).to.deep.equal(['0.1', '7', '7.2', '8', 'people', 'cleared'])
    expect(arrivals.refusals.between(undefined, undefined)).to.deep.equal([])
  })

  it('keep the newest 1,000 that were refused', () => {
    const arrivals = new Arrivals(Date.now)
    for (let count = 0; count < 1500; count += 1)
      arrivals.refused({ kind: 'duplicate', message: 0 })
    const kept = arrivals.refusals.between(undefined, undefined)
    expect(kept).to.have.length(1000)
    expect(positionText(kept[0]!.position)).to.equal('0.501')
  })

  it('are counted by second, by sender and by what became of them', () => {
    let now = 1_000_000
    const arrivals = new Arrivals(() => now)
    const { traffic } = arrivals
    const library = { name: 'selfsame', version: '1.0.0' }
    arrivals.kept(stored(1, { context: { library } }))
    arrivals.kept(stored(2))
    now += 2000
    arrivals.refused({
      kind: 'discarded',
      code: 'event_not_defined',
      message: null,
      source: 'shop',
    })
    arrivals.refused({ kind: 'duplicate', message: { context: { library } }, source: 'shop' })
    expect(traffic.seconds.slice(-3)).to.deep.equal([2, 0, 2])
    now += 58_000
    expect(traffic.seconds[0]).to.equal(0)
    expect(traffic.seconds[1]).to.equal(2)
    now += 3_600_000
    expect(traffic.seconds).to.deep.equal(new Array(60).fill(0))
    now -= 7_200_000
    arrivals.kept(stored(3))
    expect(traffic.seconds.at(-1)).to.equal(1)
    expect(traffic.totals).to.deep.equal({
      kept: 3,
      discarded: 1,
      duplicates: 1,
      discards: { event_not_defined: 1 },
    })
    expect(traffic.senders.map(({ library: name, messages }) => [name, messages])).to.deep.equal([
      ['selfsame 1.0.0', 2],
      [undefined, 3],
    ])
  })

  it('remember at most 100 senders', () => {
    const arrivals = new Arrivals(Date.now)
    for (let seq = 1; seq < 300; seq += 1)
      arrivals.kept(stored(seq, { context: { library: { name: `library ${seq}` } } }))
    expect(arrivals.traffic.senders).to.have.length(100)
  })
})
