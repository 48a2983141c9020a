// Messages of people with several devices, of whom the order of arrival decides nothing.
import type { Incoming } from '../../lib/messages/incoming.js'
import type { Store } from '../../lib/store/store.js'
import { message, START } from './messages.js'

/** A number generator that begins the same each time: xorshift. */
export function randomBy(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % below
  }
}

/** Five messages of a device, the last of which says whose it is: at most three devices a person. */
export function batchesOf(total: number, size = 100): Incoming[][] {
  const random = randomBy(total)
  const all = Array.from({ length: total }, (_, i) => {
    const device = Math.floor(i / 5)
    const person = Math.floor(device / 3)
    const isLast = i % 5 === 4
    const isFirstDevice = device % 3 === 0
    const fields = {
      messageId: `m${i}`,
      anonymousId: `a${device}`,
      context: { person },
      at: START + i * 1_000,
    }
    if (isLast) {
      const traits = { [`t${i % 7}`]: i, plan: isFirstDevice ? 'free' : i % 3 }
      return message({ ...fields, type: 'identify', userId: `u${person}`, traits })
    }
    return message({ ...fields, event: `Event ${i % 6}`, properties: { n: i, text: `of ${i}` } })
  })
  // Those whose last message is missing were tied to nobody: all of them come.
  for (let i = all.length - 1; i > 0; i--) {
    const other = random(i + 1)
    ;[all[i], all[other]] = [all[other]!, all[i]!]
  }
  const batches: Incoming[][] = []
  for (let i = 0; i < all.length; i += size) batches.push(all.slice(i, i + size))
  return batches
}

/** Every profile with all that is known of it. */
export async function people(store: Store): Promise<unknown[]> {
  const all = await store.profiles({ limit: 1_000_000 })
  return all
    .map((profile) => ({
      ...profile,
      merged: [...profile.merged].sort(),
      traits: [...profile.traits].sort(([a], [b]) => (a < b ? -1 : 1)),
    }))
    .sort((a, b) => (a.id < b.id ? -1 : 1))
}

/** The identifiers of each, as one text. */
export async function peopleOf(store: Store): Promise<string[]> {
  const all = await store.profiles({ limit: 1_000_000 })
  return all
    .map(({ mappings }) =>
      mappings
        .map(({ type, value }) => `${type} ${value}`)
        .sort()
        .join(', '),
    )
    .sort()
}
