// What arrived, in the order of each person: numbers that go up, of which each user has those with one remainder.

import type { Collector } from '@selfsame/collector'
import { expect } from 'chai'

export function numbersOf({ messages }: Collector): number[] {
  return messages.map(({ properties }) => (properties as { n: number }).n)
}

/** After duplicates are removed, the numbers of each user go up. */
export function expectOrder(numbers: readonly number[], users: number): void {
  const last = new Map<number, number>()
  for (const n of new Set(numbers)) {
    expect(n).to.be.above(last.get(n % users) ?? -1)
    last.set(n % users, n)
  }
}
