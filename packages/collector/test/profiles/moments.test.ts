// How a person came together, moment by moment.
import { expect } from 'chai'
import type { CollectedMessage, JsonObject } from '../../lib/messages/message.js'
import { type Moment, momentsOf, ownerIdsIn } from '../../lib/profiles/moments.js'
import { rulesFrom } from '../../lib/profiles/rules.js'
import { id, incoming } from './people.js'
import { allScenarios } from './scenarios.js'
import { Shelf } from './shelf.js'

function momentsIn(shelf: Shelf, name: string, messages: Iterable<CollectedMessage>): Moment[] {
  const profile = shelf.profileOf(id(name))
  if (profile === undefined) throw new Error(`nobody has ${name}`)
  const ids = [profile.id, ...profile.merged]
  const ofProfile = (rows: Shelf['logs']['violations']) =>
    rows.filter((row) => Object.values(row).some((cell) => ids.includes(String(cell))))
  const logs = {
    id_graph_updates: ofProfile(shelf.logs.id_graph_updates),
    external_id_mapping_updates: ofProfile(shelf.logs.external_id_mapping_updates),
    violations: ofProfile(shelf.logs.violations),
  }
  const owners = new Map(
    ownerIdsIn(logs).flatMap((ownerId) => {
      const owner = shelf.profiles().find((each) => each.id === ownerId)
      return owner === undefined ? [] : [[ownerId, owner] as const]
    }),
  )
  return momentsOf({ logs, messages, rules: rulesFrom(), owners })
}

function of(name: string, ...messages: JsonObject[]): Moment[] {
  const shelf = new Shelf('test', rulesFrom())
  const taken = incoming(...messages)
  shelf.takeIn(taken)
  return momentsIn(
    shelf,
    name,
    taken.map(({ message }) => message),
  )
}

const short = ({ what, parts }: Moment) => [
  what,
  ...parts.map(({ type, value, role }) => `${role} ${type}:${value}`),
]

describe('the moments of a person', () => {
  it('are those of Jane Doe that brought ids, each with what it knew', () => {
    const jane = allScenarios().find(({ name }) => name === 'Jane Doe')
    if (jane === undefined) throw new Error('no such scenario')
    const shelf = new Shelf('s', jane.given.rules)
    shelf.takeIn(jane.given.incoming)
    const messages = jane.given.incoming.map(({ message }) => message)
    const moments = momentsIn(shelf, 'user_id:abc123def', messages)
    expect(moments.map(({ messageId }) => messageId)).to.deep.equal(['m1', 'm5', 'm6', 'm7'])
    expect(moments.map(short)).to.deep.equal([
      ['created', 'new anonymous_id:anon_123', 'new ios.id:ios_abc123'],
      [
        'added',
        'new user_id:abc123def',
        'new email:jane.doe@gmail.com',
        'known anonymous_id:anon_123',
        'known ios.id:ios_abc123',
      ],
      [
        'added',
        'known user_id:abc123def',
        'new android.id:and_1a2b3c4d',
        'new anonymous_id:anon_456',
      ],
      [
        'added',
        'known user_id:abc123def',
        'known android.id:and_1a2b3c4d',
        'new anonymous_id:anon_789',
      ],
    ])
    expect(moments[3]?.sentence).to.equal(
      'anonymous_id anon_789 was new, and joined the person of user_id abc123def and android.id and_1a2b3c4d.',
    )
  })

  it('have two people becoming one', () => {
    const moments = of(
      'user_id:u1',
      { anonymousId: 'a1' },
      { anonymousId: 'a2', userId: 'u1' },
      { anonymousId: 'a1', userId: 'u1' },
    )
    expect(moments.map(({ what }) => what)).to.deep.equal(['created', 'created', 'merged'])
    expect(moments[2]?.sentence).to.equal(
      'user_id u1 and anonymous_id a1 belonged to two people, who became one.',
    )
  })

  it('have what was left out, from both sides, with the reason', () => {
    const messages = [
      { anonymousId: 'a1', userId: 'u1' },
      { anonymousId: 'a1', userId: 'u2' },
    ]
    const sentence =
      'anonymous_id a1 already belongs to user_id u1, and a person has one user_id, so anonymous_id a1 was left out.'
    const [, refusal] = of('user_id:u1', ...messages)
    expect(short(refusal!)).to.deep.equal([
      'left out',
      'known user_id:u2',
      'left out anonymous_id:a1',
    ])
    expect(refusal?.sentence).to.equal(sentence)
    expect(refusal?.profileId).not.to.equal(of('user_id:u1', ...messages)[0]?.profileId)
    const [creation] = of('user_id:u2', ...messages)
    expect(short(creation!)).to.deep.equal([
      'created',
      'new user_id:u2',
      'left out anonymous_id:a1',
    ])
    expect(creation?.sentence).to.equal(`A person began with user_id u2. ${sentence}`)
  })

  it('have values that identify nobody', () => {
    const [moment] = of('anonymous_id:a1', { anonymousId: 'a1', userId: 'null' })
    expect(moment?.sentence).to.equal(
      'A person began with anonymous_id a1. null is a blocked value, which identifies nobody, so user_id null was left out.',
    )
  })

  it('have what was split off', () => {
    const shelf = new Shelf('test', rulesFrom())
    const taken = incoming({ anonymousId: 'a1', userId: 'u1' })
    shelf.takeIn(taken)
    shelf.split(['anonymous_id:a1'])
    const moments = momentsIn(
      shelf,
      'user_id:u1',
      taken.map(({ message }) => message),
    )
    expect(moments.map(short).at(-1)).to.deep.equal(['split', 'split off anonymous_id:a1'])
    expect(moments.at(-1)?.sentence).to.equal('anonymous_id a1 was split off by hand.')
  })

  it('say less of messages that are no longer kept', () => {
    const shelf = new Shelf('test', rulesFrom())
    shelf.takeIn(incoming({ anonymousId: 'a1' }, { anonymousId: 'a1', userId: 'u1' }))
    expect(momentsIn(shelf, 'user_id:u1', []).map(short)).to.deep.equal([
      ['created', 'new anonymous_id:a1'],
      ['added', 'new user_id:u1'],
    ])
  })
})
