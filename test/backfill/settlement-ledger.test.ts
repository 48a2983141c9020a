// What is done, where requests are answered in any order.

import { expect } from 'chai'
import fc from 'fast-check'
import { canonicalJson } from '../../lib/backfill/canonical.js'
import { SettlementLedger } from '../../lib/backfill/settlement-ledger.js'

describe('the ledger', () => {
  it('gives out each row once, in order, when nothing before it is missing', () => {
    const rows = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 40 })
    const property = fc.property(rows, fc.infiniteStream(fc.nat()), (sizes, chance) => {
      const ledger = new SettlementLedger()
      let to = 0
      sizes.forEach((size, key) => {
        ledger.add({ position: { key }, row: key, from: to, to: (to += size), bytes: 0 })
      })
      const next = (below: number): number => (chance.next().value as number) % below
      const ranges: [number, number][] = []
      for (let from = 0; from < to;) {
        const count = 1 + next(Math.min(5, to - from))
        ranges.push([from, count])
        from += count
      }
      const settled = new Set<number>()
      const done: unknown[] = []
      const take = (): void => {
        for (const { row, from, to } of ledger.done()) {
          done.push(row)
          for (let place = 0; place < Math.max(from, to); place++) {
            expect(settled.has(place)).to.equal(true)
          }
        }
      }
      take()
      while (ranges.length > 0) {
        const [[from, count] = [0, 0]] = ranges.splice(next(ranges.length), 1)
        for (let place = from; place < from + count; place++) settled.add(place)
        ledger.settle(from, count)
        take()
      }
      expect(done).to.deep.equal([...sizes.keys()])
      expect(ledger.size).to.equal(0)
      expect(ledger.settledUntil).to.equal(to)
    })
    fc.assert(property)
  })
})

describe('the canonical form', () => {
  it('is the same for all orders of keys, says the same, and writes to nothing', () => {
    const property = fc.property(fc.object({ maxDepth: 4 }), (value) => {
      const plain = JSON.parse(JSON.stringify(value)) as object
      const before = JSON.stringify(plain)
      const canonical = canonicalJson(plain)
      expect(canonical).to.equal(canonicalJson(reversed(plain) as object))
      expect(JSON.parse(canonical)).to.deep.equal(plain)
      expect(JSON.stringify(plain)).to.equal(before)
    })
    fc.assert(property)
  })
})

/** The same with the keys of every object the other way round. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).reverse()
  return Object.fromEntries(entries.map(([key, each]) => [key, reversed(each)]))
}
