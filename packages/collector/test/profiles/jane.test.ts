// Jane Doe, step by step: what is known of her after each message of two apps on two phones.
import { expect } from 'chai'
import { idsOf } from './people.js'
import { allScenarios } from './scenarios.js'
import { Shelf } from './shelf.js'

describe('Jane Doe', () => {
  const jane = allScenarios().find(({ name }) => name === 'Jane Doe')
  const phone = ['anonymous_id:anon_123', 'ios.id:ios_abc123']
  const known = [...phone, 'email:jane.doe@gmail.com', 'user_id:abc123def']
  const both = [...known, 'android.id:and_1a2b3c4d', 'anonymous_id:anon_456']
  const STEPS = [phone, phone, phone, phone, known, both, [...both, 'anonymous_id:anon_789']]

  for (const [index, ids] of STEPS.entries()) {
    it(`is one person of ${ids.length} identifiers after message ${index + 1}`, () => {
      if (jane === undefined) throw new Error('no such scenario')
      const shelf = new Shelf('s', jane.given.rules)
      for (const each of jane.given.incoming.slice(0, index + 1)) shelf.takeIn([each])
      expect(shelf.profiles().map(idsOf)).to.deep.equal([[...ids].sort()])
    })
  }

  it('has of each identifier the source and the date that it was first seen', () => {
    if (jane === undefined) throw new Error('no such scenario')
    const shelf = new Shelf('s', jane.given.rules)
    shelf.takeIn(jane.given.incoming)
    const [profile] = shelf.profiles()
    const seen = Object.fromEntries(
      (profile?.mappings ?? []).map(({ value, source, firstMessageId, createdAt }) => [
        value,
        [source, firstMessageId, createdAt],
      ]),
    )
    const first = ['segkicks', 'm1', '2026-03-02T09:00:00.000Z']
    const fifth = ['segkicks', 'm5', '2026-03-02T09:04:00.000Z']
    const sixth = ['segkicks', 'm6', '2026-03-02T09:05:00.000Z']
    expect(seen).to.deep.equal({
      anon_123: first,
      ios_abc123: first,
      abc123def: fifth,
      'jane.doe@gmail.com': fifth,
      // Seen again by the other app, but first by this one.
      and_1a2b3c4d: sixth,
      anon_456: sixth,
      anon_789: ['segruns', 'm7', '2026-03-02T09:06:00.000Z'],
    })
  })
})
