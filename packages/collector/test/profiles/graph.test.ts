// What scenarios and properties do not show of the graph: caps, dates, changed rules, hostile sizes.
import { expect } from 'chai'
import type { JsonObject } from '../../lib/messages/message.js'
import { Graph } from '../../lib/profiles/graph.js'
import type { Profile } from '../../lib/profiles/profile.js'
import { rulesFrom, type RulesOption } from '../../lib/profiles/rules.js'
import { traitsOf } from '../../lib/profiles/traits.js'
import { allIdsOf, id, idsOf, incoming } from './people.js'
import { Shelf } from './shelf.js'

const DAY = 86_400_000

function shelfWith(messages: readonly JsonObject[], rules?: RulesOption): Shelf {
  const shelf = new Shelf('test', rulesFrom(rules))
  shelf.takeIn(incoming(...messages))
  return shelf
}

function only(shelf: Shelf): Profile {
  const [profile, ...others] = shelf.profiles()
  if (profile === undefined || others.length > 0) throw new Error('one profile')
  return profile
}

/** Under other messageIds than those taken in before. */
function more(shelf: Shelf, ...messages: readonly JsonObject[]): void {
  shelf.takeIn(incoming(...messages.map((each, n) => ({ messageId: `more-${n}`, ...each }))))
}

function external(type: string, value: unknown): JsonObject {
  return { id: value, type, collection: 'users', encoding: 'none' }
}

describe('a profile', () => {
  it('begins with the time, message and source of the message that created it', () => {
    const profile = only(
      shelfWith([
        { userId: 'u1', timestamp: '2026-03-05T00:00:00.000Z' },
        { userId: 'u1', anonymousId: 'a1', timestamp: '2026-03-01T00:00:00.000Z' },
      ]),
    )
    expect(profile).to.deep.include({
      space: 'test',
      seq: 1,
      createdAt: '2026-03-05T00:00:00.000Z',
      // A late message does not turn it back.
      updatedAt: '2026-03-05T00:00:00.000Z',
      firstMessageId: 'm1',
      firstSource: 'web',
      lastMessageId: 'm2',
      lastSource: 'web',
      mappings: [
        {
          type: 'user_id',
          value: 'u1',
          createdAt: '2026-03-05T00:00:00.000Z',
          firstMessageId: 'm1',
          source: 'web',
          seq: 1,
        },
        {
          type: 'anonymous_id',
          value: 'a1',
          createdAt: '2026-03-01T00:00:00.000Z',
          firstMessageId: 'm2',
          source: 'web',
          seq: 2,
        },
      ],
    })
  })

  it('has an id of the space and its first identifier, and no other', () => {
    const idIn = (space: string, value: string) => {
      const graph = new Graph(space, rulesFrom())
      const [one] = incoming({ anonymousId: value, messageId: value })
      return one && graph.take({ message: one.message, source: 'web', seq: value.length }).profileId
    }
    expect(idIn('a', 'x')).to.match(/^use_[0-9A-Za-z]{27}$/)
    expect(idIn('a', 'x')).to.equal(idIn('a', 'x'))
    expect(new Set([idIn('a', 'x'), idIn('b', 'x'), idIn('a', 'xx')]).size).to.equal(3)
  })

  it('gets another id if that of its identifier is taken', () => {
    const [one] = incoming({ anonymousId: 'a1' })
    if (one === undefined) throw new Error('one message')
    const idAvoiding = (...ids: readonly (string | undefined)[]) => {
      const graph = new Graph('test', rulesFrom())
      graph.avoid(ids.flatMap((each) => each ?? []))
      return graph.take({ message: one.message, source: 'web', seq: 1 }).profileId
    }
    const first = idAvoiding()
    const second = idAvoiding(first)
    const third = idAvoiding(first, second)
    expect(new Set([first, second, third]).size).to.equal(3)
    expect(idAvoiding(first)).to.equal(second)
  })

  it('keeps the identifiers of those merged into it, in the order in which they came', () => {
    const profile = only(
      shelfWith([
        { anonymousId: 'a1' },
        { userId: 'u1' },
        { anonymousId: 'a1', traits: { email: 'e@example.com' } },
        { userId: 'u1', anonymousId: 'a4' },
        { anonymousId: 'a5' },
        { userId: 'u1', anonymousId: 'a1' },
        { userId: 'u1', anonymousId: 'a5' },
      ]),
    )
    expect(profile.mappings.map(({ value }) => value)).to.deep.equal([
      'a1',
      'u1',
      'e@example.com',
      'a4',
      'a5',
    ])
    expect(profile.merged).to.have.length(2)
  })

  it('is named again for all that were merged into it when it merges itself', () => {
    const { logs } = shelfWith([
      { anonymousId: 'a1' },
      { anonymousId: 'a2' },
      { userId: 'u1' },
      { userId: 'u1', anonymousId: 'a2' },
      { userId: 'u1', anonymousId: 'a1' },
    ])
    const [first, second, third] = logs.id_graph_updates.map((row) => row.segment_id)
    expect(
      logs.id_graph_updates.map((row) => [row.segment_id, row.canonical_segment_id, row.seq]),
    ).to.deep.equal([
      [first, first, 1],
      [second, second, 2],
      [third, third, 3],
      [third, second, 4],
      [second, first, 5],
      [third, first, 5],
    ])
  })

  it('is made of at most 101 profiles', () => {
    const visitors = Array.from({ length: 101 }, (_, n) => ({ anonymousId: `a${n}` }))
    const logins = visitors.map(({ anonymousId }) => ({ userId: 'u1', anonymousId }))
    const shelf = shelfWith([{ userId: 'u1' }, ...visitors, ...logins, { userId: 'u1' }], {
      limits: { '*': 1000 },
    })
    const [hub, left] = shelf.profiles()
    expect(hub?.merged).to.have.length(100)
    expect(left && idsOf(left)).to.deep.equal(['anonymous_id:a100'])
    expect(shelf.logs.violations.map((row) => [row.name, row.external_id_value])).to.deep.equal([
      ['Profile merge limit exceeded', 'a100'],
    ])
    expect(shelf.messages().at(-1)?.profileId).to.equal(hub?.id)
  })

  it('has at most 1,000 identifiers, and is still found by those', () => {
    const messages = Array.from({ length: 1002 }, (_, n) => ({
      userId: 'u1',
      anonymousId: `a${n}`,
    }))
    const shelf = shelfWith(
      [...messages, { anonymousId: 'a5', traits: { email: 'e@example.com' } }],
      {
        limits: { '*': 1000 },
      },
    )
    const profile = only(shelf)
    expect(profile.mappings).to.have.length(1000)
    expect(shelf.messages().map(({ profileId }) => profileId)).to.deep.equal(
      Array.from({ length: 1003 }, () => profile.id),
    )
    expect(shelf.logs.violations.map((row) => [row.name, row.external_id_value])).to.deep.equal([
      ['Identifier mapping limit exceeded', 'a999'],
      ['Identifier mapping limit exceeded', 'a1000'],
      ['Identifier mapping limit exceeded', 'a1001'],
      ['Identifier mapping limit exceeded', 'e@example.com'],
    ])
  })

  it('that is over a limit since the rules changed still takes what does not add to it', () => {
    const before = shelfWith([1, 2, 3].map((n) => ({ userId: 'u1', traits: { email: `${n}` } })))
    const graph = new Graph('test', rulesFrom({ limits: { email: 1 } }))
    graph.add(before.profiles(), [])
    const messages = incoming(
      { anonymousId: 'a2', type: 'page' },
      { userId: 'u1', anonymousId: 'a1', traits: { email: '2' } },
      { userId: 'u1', anonymousId: 'a2' },
      { userId: 'u1', traits: { email: '4' } },
    )
    for (const [index, { message, source }] of messages.entries()) {
      graph.take({ message, source, seq: 10 + index })
    }
    expect(allIdsOf(graph.profiles())).to.deep.equal([
      ['anonymous_id:a1', 'anonymous_id:a2', 'email:1', 'email:2', 'email:3', 'user_id:u1'],
    ])
  })

  it('may gain another identifier exactly a week after the last', () => {
    const at = (day: number) => new Date(Date.UTC(2026, 2, 1) + day * DAY).toISOString()
    const limits = { anonymous_id: { max: 1, window: 'weekly' as const } }
    const ids = (day: number, ms: number) =>
      idsOf(
        only(
          shelfWith(
            [
              { userId: 'u1', anonymousId: 'a1', timestamp: at(0) },
              {
                userId: 'u1',
                anonymousId: 'a2',
                timestamp: new Date(Date.parse(at(day)) + ms).toISOString(),
              },
            ],
            { limits },
          ),
        ),
      )
    expect(ids(7, 0)).to.include('anonymous_id:a2')
    expect(ids(7, -1)).not.to.include('anonymous_id:a2')
  })
})

describe('profiles that were split', () => {
  const couple = [{ userId: 'u1', anonymousId: 'a1' }, { anonymousId: 'a1' }]

  it('stay apart though both merge into older ones', () => {
    const shelf = shelfWith([
      { traits: { email: 'old1' }, anonymousId: 'o1' },
      { traits: { email: 'old2' }, anonymousId: 'o2' },
      ...couple,
    ])
    shelf.split(['anonymous_id:a1'])
    more(
      shelf,
      { userId: 'u1', anonymousId: 'o1' },
      { anonymousId: 'a1', traits: { email: 'old2' } },
      { anonymousId: 'o2', traits: { email: 'old1' } },
    )
    expect(allIdsOf(shelf.profiles())).to.deep.equal([
      ['anonymous_id:a1', 'anonymous_id:o2', 'email:old2'],
      ['anonymous_id:o1', 'email:old1', 'user_id:u1'],
    ])
    expect(shelf.logs.violations.at(-1)).to.include({ name: 'Identifier split off' })
  })

  it('hand on from whom they were kept apart when they are split again', () => {
    const shelf = shelfWith([{ userId: 'u1', anonymousId: 'a1', traits: { email: 'e' } }])
    shelf.split(['email:e'])
    shelf.split(['anonymous_id:a1'])
    more(shelf, { anonymousId: 'a1', traits: { email: 'e' } })
    expect(allIdsOf(shelf.profiles())).to.deep.equal([
      ['anonymous_id:a1'],
      ['email:e'],
      ['user_id:u1'],
    ])
  })

  it('both know of it', () => {
    const shelf = shelfWith(couple)
    shelf.split(['anonymous_id:a1'])
    const [one, other] = shelf.profiles()
    expect(one?.apart).to.deep.equal([other?.id])
    expect(other?.apart).to.deep.equal([one?.id])
  })
})

describe('a message of a hostile size', () => {
  // Of the processor: the machine may be busy with other things.
  const within = (ms: number, work: () => void) => {
    const before = process.cpuUsage()
    work()
    expect(process.cpuUsage(before).user / 1000).to.be.below(ms)
  }

  it('may bring 10,000 external ids, of which 1,000 are looked at', () => {
    const externalIds = Array.from({ length: 10_000 }, (_, n) => external(`t${n}`, n))
    within(2000, () => {
      const shelf = shelfWith([{ userId: 'u1', context: { externalIds } }])
      expect(only(shelf).mappings).to.have.length(1000)
      expect(shelf.logs.violations).to.have.length(9001)
    })
  })

  it('may bring 10,000 external ids of one type', () => {
    const externalIds = Array.from({ length: 10_000 }, (_, n) => external('phone', n + 1))
    within(2000, () => {
      const shelf = shelfWith([{ userId: 'u1', context: { externalIds } }])
      expect(idsOf(only(shelf))).to.deep.equal(
        [1, 2, 3, 4, 5].map((n) => `phone:${n}`).concat('user_id:u1'),
      )
    })
  })

  it('may have 10,000 traits and megabytes of text', () => {
    const traits = Object.fromEntries(
      Array.from({ length: 10_000 }, (_, n) => [`trait_${n}`, 'x'.repeat(300)]),
    )
    within(2000, () => {
      const shelf = shelfWith([
        { userId: 'u1', traits },
        { anonymousId: 'a1', traits },
        { userId: 'u1', anonymousId: 'a1', traits },
      ])
      expect(Object.keys(traitsOf(only(shelf)))).to.have.length(10_000)
    })
  })

  it('may bring one identifier twice', () => {
    const shelf = shelfWith([
      {
        userId: 'u1',
        traits: { email: 'e' },
        context: {
          traits: { email: 'e' },
          externalIds: [external('phone', 1), external('phone', '1'), external('PHONE', 1)],
        },
      },
    ])
    expect(idsOf(only(shelf))).to.deep.equal(['email:e', 'phone:1', 'user_id:u1'])
  })

  it('takes no longer for a profile that a million messages are of', () => {
    const graph = new Graph('test', rulesFrom())
    const [one] = incoming({ userId: 'hub', anonymousId: 'a1', type: 'page' })
    if (one === undefined) throw new Error('one message')
    const run = (first: number, count: number) => {
      const before = process.cpuUsage().user
      for (let seq = first; seq < first + count; seq++) {
        graph.take({ message: one.message, source: 'web', seq })
        if (seq % 500 === 0) graph.drain()
      }
      return process.cpuUsage().user - before
    }
    run(1, 50_000)
    const early = run(50_001, 50_000)
    run(100_001, 850_000)
    const late = run(950_001, 50_000)
    expect(late).to.be.below(early * 5 + 50_000)
  })
})

describe('what is drained', () => {
  it('is what has changed since the last time', () => {
    const graph = new Graph('test', rulesFrom())
    const messages = incoming(
      { userId: 'u1' },
      { userId: 'u1', type: 'page' },
      { userId: 'u1', traits: { plan: 'free' } },
      { userId: 'u1', groupId: 'g1', type: 'group' },
    )
    const drained = messages.map(({ message, source }, index) => {
      graph.take({ message, source, seq: index + 1 })
      const changes = graph.drain()
      return {
        profiles: [...changes.profiles].length,
        touched: [...changes.touched].length,
        added: changes.added.length,
        accounts: [...changes.accounts].map((account) => account.id),
      }
    })
    expect(drained).to.deep.equal([
      { profiles: 1, touched: 0, added: 1, accounts: [] },
      { profiles: 0, touched: 1, added: 0, accounts: [] },
      { profiles: 1, touched: 0, added: 0, accounts: [] },
      { profiles: 0, touched: 1, added: 0, accounts: ['g1'] },
    ])
  })

  it('names a profile that was created and merged in one batch only as merged', () => {
    const graph = new Graph('test', rulesFrom())
    const messages = incoming(
      { anonymousId: 'a1' },
      { userId: 'u1' },
      { userId: 'u1', anonymousId: 'a1' },
    )
    for (const [index, { message, source }] of messages.entries()) {
      graph.take({ message, source, seq: index + 1 })
    }
    const changes = graph.drain()
    const survivor = graph.profileOf(id('user_id:u1'))
    expect([...changes.profiles]).to.deep.equal([survivor])
    expect([...changes.touched]).to.deep.equal([])
    expect(changes.merges.map(({ into }) => into)).to.deep.equal([survivor?.id])
  })
})
