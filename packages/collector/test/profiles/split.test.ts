// Two people who had become one are made two again, and stay so.
import { expect } from 'chai'
import type { JsonObject } from '../../lib/messages/message.js'
import { Graph } from '../../lib/profiles/graph.js'
import { rulesFrom } from '../../lib/profiles/rules.js'
import { checkSplit, splitFrom } from '../../lib/profiles/split.js'
import { traitsOf } from '../../lib/profiles/traits.js'
import { allIdsOf, id, idsOf, incoming } from './people.js'
import { Shelf } from './shelf.js'

function shelfWith(...messages: readonly JsonObject[]): Shelf {
  const shelf = new Shelf('test', rulesFrom())
  shelf.takeIn(incoming(...messages))
  return shelf
}

const COUPLE = [
  { userId: 'u1', anonymousId: 'a1', traits: { name: 'Jane' } },
  { anonymousId: 'a1', traits: { email: 'john@example.com' } },
  { anonymousId: 'a2', traits: { email: 'john@example.com' } },
]

describe('split', () => {
  it('makes a profile of what leaves', () => {
    const shelf = shelfWith(...COUPLE)
    const [before] = shelf.profiles()
    const { created } = shelf.split(['email:john@example.com', 'anonymous_id:a2'])
    expect(allIdsOf(shelf.profiles())).to.deep.equal([
      ['anonymous_id:a1', 'user_id:u1'],
      ['anonymous_id:a2', 'email:john@example.com'],
    ])
    expect(created.map(idsOf)).to.deep.equal([['anonymous_id:a2', 'email:john@example.com']])
    expect(shelf.profileOf(id('user_id:u1'))?.id).to.equal(before?.id)
    expect(created[0]?.id)
      .to.match(/^use_[0-9A-Za-z]{27}$/)
      .and.not.equal(before?.id)
  })

  it('leaves to each identifier its date, message and source', () => {
    const shelf = shelfWith(...COUPLE)
    const before = shelf.profileOf(id('anonymous_id:a2'))?.mappings.find((m) => m.value === 'a2')
    shelf.split(['anonymous_id:a2'])
    expect(shelf.profileOf(id('anonymous_id:a2'))?.mappings).to.deep.equal([before])
  })

  it('logs what left as removed from one profile and created in the other, later', () => {
    const shelf = shelfWith(...COUPLE)
    const from = shelf.profileOf(id('user_id:u1'))?.id
    const { created } = shelf.split(['anonymous_id:a2'])
    const rows = shelf.logs.external_id_mapping_updates.slice(-2)
    expect(
      rows.map((row) => [row.segment_id, row.external_id_value, row.__operation, row.timestamp]),
    ).to.deep.equal([
      [from, 'a2', 'REMOVED', '2026-03-03T00:00:00.000Z'],
      [created[0]?.id, 'a2', 'CREATED', '2026-03-03T00:00:00.001Z'],
    ])
    expect(shelf.logs.id_graph_updates.at(-1)).to.include({
      segment_id: created[0]?.id,
      canonical_segment_id: created[0]?.id,
      triggering_event_type: 'split',
    })
  })

  it('keeps them apart, whatever evidence comes', () => {
    const shelf = shelfWith(...COUPLE)
    shelf.split(['email:john@example.com', 'anonymous_id:a2'])
    const people = allIdsOf(shelf.profiles())
    shelf.takeIn(
      incoming(...COUPLE, { userId: 'u1', anonymousId: 'a2' }).map((each, index) => ({
        ...each,
        message: { ...each.message, messageId: `again-${index}` },
      })),
    )
    expect(allIdsOf(shelf.profiles())).to.deep.equal(people)
    expect(shelf.logs.violations.map((row) => [row.name, row.external_id_value])).to.deep.equal([
      ['Identifier split off', 'a1'],
      ['Identifier split off', 'a2'],
    ])
  })

  it('keeps apart what they become later', () => {
    const shelf = shelfWith(...COUPLE)
    shelf.split(['anonymous_id:a2'])
    // a2 gets an older friend, into which it merges.
    const [older, bridge, again] = incoming(
      { userId: 'u2' },
      { userId: 'u2', anonymousId: 'a2' },
      { anonymousId: 'a2', traits: { email: 'john@example.com' } },
    ).map((each, index) => ({ ...each, message: { ...each.message, messageId: `n${index}` } }))
    if (!older || !bridge || !again) throw new Error('three messages')
    shelf.takeIn([older])
    shelf.takeIn([bridge])
    shelf.takeIn([again])
    expect(allIdsOf(shelf.profiles())).to.deep.equal([
      ['anonymous_id:a1', 'email:john@example.com', 'user_id:u1'],
      ['anonymous_id:a2', 'user_id:u2'],
    ])
    expect(shelf.logs.violations.at(-1)).to.include({
      name: 'Identifier split off',
      external_id_value: 'a2',
    })
  })

  it('leaves the traits where the user_id is', () => {
    const shelf = shelfWith(...COUPLE)
    shelf.split(['anonymous_id:a2'])
    const traits = { name: 'Jane', email: 'john@example.com' }
    const traitsAt = (text: string) => {
      const profile = shelf.profileOf(id(text))
      return profile && traitsOf(profile)
    }
    expect(traitsAt('user_id:u1')).to.deep.equal(traits)
    expect(traitsAt('anonymous_id:a2')).to.deep.equal({})

    const other = shelfWith(...COUPLE)
    const { created } = other.split(['user_id:u1'])
    expect(created.map((profile) => traitsOf(profile))).to.deep.equal([traits])
    const rest = other.profileOf(id('anonymous_id:a1'))
    expect(rest && traitsOf(rest)).to.deep.equal({})
    expect(
      other.logs.profile_traits_updates
        .slice(-2)
        .map((row) => JSON.parse(String(row.traits)) as unknown),
    ).to.deep.equal([{ name: null, email: null }, traits])
  })

  it('gives another id to what is split off twice', () => {
    const shelf = shelfWith(...COUPLE)
    const first = shelf.split(['anonymous_id:a2', 'email:john@example.com']).created[0]?.id
    const second = shelf.split(['anonymous_id:a2']).created[0]?.id
    const third = shelf.split(['anonymous_id:a1']).created[0]?.id
    const ids = shelf.profiles().map((profile) => profile.id)
    expect(new Set([first, second, third]).size).to.equal(3)
    expect(new Set(ids).size).to.equal(4)
  })

  it('is carried out again at its place in a rebuild', () => {
    const shelf = shelfWith(...COUPLE)
    const { details } = shelf.split(['anonymous_id:a2'])
    const operation = { seq: 4, at: '2026-03-03T00:00:00.000Z', details }

    const graph = new Graph('test', rulesFrom())
    for (const [index, { message, source }] of incoming(...COUPLE).entries()) {
      graph.take({ message, source, seq: index + 1 })
    }
    graph.split(splitFrom(operation))
    expect(allIdsOf(graph.profiles())).to.deep.equal(allIdsOf(shelf.profiles()))
    expect([...graph.profiles()].map((profile) => profile.id).sort()).to.deep.equal(
      shelf
        .profiles()
        .map((profile) => profile.id)
        .sort(),
    )
  })

  it('keeps apart in a rebuild what other rules do not even join', () => {
    const shelf = shelfWith(...COUPLE)
    const { details } = shelf.split(['anonymous_id:a2'])
    const rules = rulesFrom({ blocked: ['john@example.com'] })
    const graph = new Graph('test', rules)
    for (const [index, { message, source }] of incoming(...COUPLE).entries()) {
      graph.take({ message, source, seq: index + 1 })
    }
    graph.split(splitFrom({ seq: 4, at: '2026-03-03T00:00:00.000Z', details }))
    const [bridge] = incoming({ userId: 'u1', anonymousId: 'a2' })
    if (!bridge) throw new Error('one message')
    graph.take({ message: bridge.message, source: 'web', seq: 5 })
    expect(allIdsOf(graph.profiles())).to.deep.equal([
      ['anonymous_id:a1', 'user_id:u1'],
      ['anonymous_id:a2'],
    ])
  })

  describe('checkSplit', () => {
    const profile = () => {
      const [only] = shelfWith({ userId: 'u1', anonymousId: 'a1' }).profiles()
      if (only === undefined) throw new Error('one profile')
      return only
    }

    it('refuses nothing, all, and what is not there', () => {
      expect(() => checkSplit(profile(), [])).to.throw(TypeError, 'at least one identifier')
      expect(() =>
        checkSplit(profile(), [id('user_id:u1'), id('anonymous_id:a1'), id('user_id:u1')]),
      ).to.throw(TypeError, 'leave it at least one')
      expect(() => checkSplit(profile(), [id('email:x')])).to.throw(TypeError, 'has no email x')
    })

    it('accepts a part', () => {
      expect(() => checkSplit(profile(), [id('anonymous_id:a1')])).not.to.throw()
    })
  })
})
