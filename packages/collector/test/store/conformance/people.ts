// Profiles, identifiers, accounts and logs, and the scenarios of people.
import { expect } from 'chai'
import { takeIn } from '../../../lib/intake/take-in.js'
import { type Found, type Given, itFindsThePeople } from '../../profiles/scenarios.js'
import { type Open, withStore } from '../conformance.js'
import {
  account,
  changes,
  created,
  incoming,
  mapping,
  profile,
  SPACE,
  START,
  take,
} from './examples.js'

export function describePeople(open: Open): void {
  describe('people', () => {
    describeProfiles(open)
    describeLogs(open)
    describe('of the scenarios, all messages at once', () => {
      itFindsThePeople((given) => played(open, given, given.incoming.length))
    })
    describe('of the scenarios, one message at a time', () => {
      itFindsThePeople((given) => played(open, given, 1))
    })
  })
}

async function played(
  open: Open,
  { incoming: all, rules, space, accountIds }: Given,
  size: number,
) {
  const { store, close } = await open()
  try {
    for (let begin = 0; begin < all.length; begin += size) {
      await takeIn(store, rules, all.slice(begin, begin + size))
    }
    const messages = await store.messages({ limit: 10_000 })
    const accounts = await Promise.all(accountIds.map((id) => store.account(space, id)))
    const found: Found = {
      profiles: await store.profiles({ space, limit: 10_000 }),
      messages: messages.map(({ message, profileId }) => ({
        messageId: message.messageId,
        profileId,
      })),
      accounts: accounts.flatMap((each) => each ?? []),
      violations: await store.log('violations', { limit: 10_000 }),
    }
    return found
  } finally {
    await close()
  }
}

function describeProfiles(open: Open): void {
  it(
    'come back as they were saved',
    withStore(open, async ({ store, reopen }) => {
      const saved = profile('whole', {
        seq: 7,
        mappings: [
          mapping('user_id', 'u1', 7),
          mapping('email', "o'neil@example.com", 7),
          mapping('ios.id', '匿名 "x"', 9),
        ],
        traits: new Map([
          ['plan', { value: 'pro', timestamp: '2026-01-31T10:00:00.000Z', seq: 7 }],
          ['gone', { value: null, timestamp: '2026-01-31T10:00:01.000Z', seq: 8 }],
          [
            'address',
            {
              value: { city: 'Ürzig', zip: [1, null] },
              timestamp: '2026-01-31T10:00:02.000Z',
              seq: 9,
            },
          ],
          ['__proto__', { value: true, timestamp: '2026-01-31T10:00:02.000Z', seq: 9 }],
        ]),
        apart: [profile('other').id],
      })
      const other = profile('other', { seq: 8, mappings: [mapping('user_id', 'u2', 8)] })
      await store.transaction((transaction) => transaction.saveProfiles(created(saved, other)))
      const again = reopen ? await reopen() : store
      expect(await again.profile(saved.id)).to.deep.equal(saved)
      expect(await again.profileOf(SPACE, { type: 'ios.id', value: '匿名 "x"' })).to.deep.equal(
        saved,
      )
      expect(await again.profileOf(SPACE, { type: 'email', value: 'u1' })).to.equal(undefined)
      expect(await again.profileOf('elsewhere', { type: 'user_id', value: 'u1' })).to.equal(
        undefined,
      )
      expect(await again.profile('use_nobody')).to.equal(undefined)
      const found = await again.transaction((transaction) =>
        transaction.profilesOf(SPACE, [...saved.mappings, ...other.mappings, mapping('x', 'y')]),
      )
      expect(found.sort((a, b) => a.seq - b.seq)).to.deep.equal([saved, other])
    }),
  )

  it(
    'are the copies of who asks',
    withStore(open, async ({ store }) => {
      await take(store, [{ userId: 'u1' }])
      const ask = async () => {
        const found = await store.transaction((transaction) =>
          transaction.profilesOf(SPACE, [{ type: 'user_id', value: 'u1' }]),
        )
        return found[0]
      }
      const mine = await ask()
      mine?.mappings.push(mapping('email', 'mine@example.com'))
      mine?.traits.set('mine', { value: 1, timestamp: '', seq: 1 })
      const outside = await store.profile(mine?.id ?? '')
      outside?.merged.push('x')
      for (const found of [await ask(), await store.profile(mine?.id ?? '')]) {
        expect(found?.mappings).to.have.length(1)
        expect(found?.traits.size).to.equal(0)
        expect(found?.merged).to.deep.equal([])
      }
    }),
  )

  it(
    'are merged with all that belongs to them, again and again',
    withStore(open, async ({ store, reopen }) => {
      const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name, i) =>
        profile(name, { seq: i + 1, mappings: [mapping('user_id', name, i + 1)] }),
      )
      if (!a || !b || !c || !d) throw new Error('four profiles')
      await store.transaction((transaction) => transaction.saveProfiles(created(a, b, c, d)))
      await store.transaction((transaction) =>
        transaction.saveProfiles(
          changes({
            profiles: [{ ...c, mappings: [...c.mappings, ...d.mappings], merged: [d.id] }],
            merges: [{ from: d.id, into: c.id }],
          }),
        ),
      )
      const all = {
        ...a,
        mappings: [a, b, c, d].flatMap(({ mappings }) => mappings),
        merged: [b.id, c.id, d.id],
      }
      await store.transaction((transaction) =>
        transaction.saveProfiles(
          changes({
            profiles: [all],
            merges: [
              { from: c.id, into: b.id },
              { from: b.id, into: a.id },
            ],
          }),
        ),
      )
      const again = reopen ? await reopen() : store
      for (const { id, mappings } of [a, b, c, d]) {
        const [identifier] = mappings
        const found = [
          await again.profile(id),
          await again.profileOf(SPACE, identifier ?? mapping('', '')),
        ]
        for (const each of found) {
          expect(each?.id).to.equal(a.id)
          expect([...(each?.merged ?? [])].sort()).to.deep.equal([...all.merged].sort())
          expect(each?.mappings.map(({ value }) => value)).to.deep.equal(['a', 'b', 'c', 'd'])
        }
      }
      expect((await again.profiles({})).map(({ id }) => id)).to.deep.equal([a.id])
      expect(await again.counts()).to.include({ profiles: 1, identifiers: 4 })
    }),
  )

  it(
    'are merged in the transaction that creates them',
    withStore(open, async ({ store }) => {
      const outcomes = await take(store, [
        { messageId: 'm1', anonymousId: 'a1' },
        { messageId: 'm2', userId: 'u1' },
        { messageId: 'm3', userId: 'u1', anonymousId: 'a1' },
      ])
      const [merged] = outcomes
        .map((outcome) => (outcome.isDuplicate ? '' : outcome.profileId))
        .slice(1)
      const found = await store.profiles({})
      expect(found).to.have.length(1)
      expect(found[0]?.merged).to.deep.equal([merged])
      expect((await store.profile(merged ?? ''))?.id).to.equal(found[0]?.id)
      const messages = await store.messages({ profileId: found[0]?.id })
      expect(messages.map(({ message }) => message.messageId)).to.deep.equal(['m3', 'm2', 'm1'])
      expect(await store.counts()).to.include({ profiles: 1, identifiers: 2 })
    }),
  )

  it(
    'lose to another profile what is moved',
    withStore(open, async ({ store, reopen }) => {
      const one = profile('one', {
        mappings: [
          mapping('user_id', 'u1', 1),
          mapping('anonymous_id', 'a1', 1),
          mapping('anonymous_id', 'a2', 2),
        ],
      })
      await store.transaction((transaction) => transaction.saveProfiles(created(one)))
      const [user, a1, a2] = one.mappings
      if (!user || !a1 || !a2) throw new Error('three mappings')
      const left = { ...one, mappings: [user, a1], apart: [profile('two').id] }
      const split = profile('two', { seq: 3, mappings: [a2], apart: [one.id] })
      await store.transaction(async (transaction) => {
        await transaction.profilesOf(SPACE, one.mappings)
        await transaction.saveProfiles(
          changes({ profiles: [left, split], moved: [{ identifier: a2, to: split.id }] }),
        )
      })
      for (const from of reopen ? [store, await reopen()] : [store]) {
        if (from === store && reopen) continue
        expect(await from.profileOf(SPACE, a2)).to.deep.equal(split)
        expect(await from.profileOf(SPACE, a1)).to.deep.equal(left)
        const found = await from.transaction((transaction) => transaction.profilesOf(SPACE, [a2]))
        expect(found).to.deep.equal([split])
      }
    }),
  )

  it(
    'come a page at a time, of a space, and with a text in their ids',
    withStore(open, async ({ store }) => {
      await take(
        store,
        Array.from({ length: 6 }, (_, i) => ({ userId: `u${i}` })),
      )
      await take(store, [incoming({ userId: 'u1', anonymousId: '100%_safe' }, { space: 'other' })])
      const users = async (query: Parameters<typeof store.profiles>[0]) =>
        (await store.profiles(query)).map(({ mappings }) => mappings[0]?.value)
      expect(await users({ space: SPACE, limit: 2 })).to.deep.equal(['u5', 'u4'])
      const [newest] = await store.profiles({ space: SPACE, limit: 1 })
      expect(await users({ space: SPACE, limit: 2, before: newest?.seq })).to.deep.equal([
        'u4',
        'u3',
      ])
      expect(await users({ space: SPACE, limit: 2, after: 0 })).to.deep.equal(['u0', 'u1'])
      expect(await users({ search: 'u1' })).to.deep.equal(['u1', 'u1'])
      expect(await users({ search: '%_' })).to.deep.equal(['u1'])
      expect(await users({ search: newest?.id ?? '' })).to.deep.equal(['u5'])
      expect(await users({ search: 'nobody' })).to.deep.equal([])
      expect(await users({})).to.have.length(7)
    }),
  )

  it(
    'keep what a later message says of them alone',
    withStore(open, async ({ store, reopen }) => {
      await take(store, [{ messageId: 'first', userId: 'u1', at: START }])
      await take(store, [
        incoming({ messageId: 'later', userId: 'u1', at: START + 1000 }, { source: 'app' }),
      ])
      for (const from of [store, ...(reopen ? [await reopen()] : [])].slice(-1)) {
        const [found] = await from.profiles({})
        expect(found).to.include({
          firstMessageId: 'first',
          firstSource: 'web',
          lastMessageId: 'later',
          lastSource: 'app',
          createdAt: new Date(START).toISOString(),
          updatedAt: new Date(START + 1000).toISOString(),
        })
      }
    }),
  )

  it(
    'have their accounts beside them, each in its space',
    withStore(open, async ({ store, reopen }) => {
      const saved = account('g1', {
        traits: new Map([
          ['name', { value: 'Größe GmbH', timestamp: '2026-01-31T10:00:00.000Z', seq: 3 }],
        ]),
      })
      await store.transaction((transaction) =>
        transaction.saveProfiles(changes({ accounts: [saved] })),
      )
      const changed = { ...saved, updatedAt: '2026-02-01T10:00:00.000Z', lastMessageId: 'newest' }
      await store.transaction((transaction) =>
        transaction.saveProfiles(changes({ accounts: [changed] })),
      )
      const again = reopen ? await reopen() : store
      expect(await again.account(SPACE, 'g1')).to.deep.equal(changed)
      expect(await again.account('elsewhere', 'g1')).to.equal(undefined)
      expect(await again.account(SPACE, 'g2')).to.equal(undefined)
    }),
  )
}

function describeLogs(open: Open): void {
  it(
    'have logs that name who and why',
    withStore(open, async ({ store }) => {
      await take(store, [
        { messageId: 'm1', anonymousId: 'a1' },
        { messageId: 'm2', type: 'identify', userId: 'u1', traits: { plan: 'pro' } },
        { messageId: 'm3', userId: 'u1', anonymousId: 'a1' },
        { messageId: 'm4', userId: 'u2', anonymousId: 'null' },
      ])
      const [first] = await store.messages({ messageIds: ['m1'] })
      const survivor = first?.profileId ?? ''
      const graph = await store.log('id_graph_updates', { after: 0 })
      expect(graph.map(({ triggering_event_id: id }) => id)).to.deep.equal(['m1', 'm2', 'm3', 'm4'])
      expect(graph[2]).to.include({ canonical_segment_id: survivor, space: SPACE })
      const merged = String(graph[2]?.segment_id)
      const ids = async (
        query: Parameters<typeof store.log>[1],
        name = 'id_graph_updates' as const,
      ) => (await store.log(name, query)).map(({ triggering_event_id: id }) => id)
      expect(await ids({ profileIds: [merged] })).to.deep.equal(['m3', 'm2'])
      expect(await ids({ profileIds: [survivor] })).to.deep.equal(['m3', 'm1'])
      expect(await ids({ messageIds: ['m2', 'm4'] })).to.deep.equal(['m4', 'm2'])
      expect(await ids({ profileIds: [] })).to.deep.equal([])
      expect(await ids({ limit: 1 })).to.deep.equal(['m4'])
      expect(await ids({ before: Number(graph[1]?.seq) })).to.deep.equal(['m1'])
      const mappings = await store.log('external_id_mapping_updates', { after: 0 })
      expect(mappings.map((row) => row.external_id_value)).to.deep.equal(['a1', 'u1', 'u2'])
      const traits = await store.log('profile_traits_updates', { after: 0 })
      expect(traits.map((row) => row.traits)).to.deep.include('{"plan":"pro"}')
      const [violation] = await store.log('violations', {})
      expect(violation).to.include({ name: 'ID value blocked', external_id_value: 'null' })
      expect((await store.counts()).violations).to.deep.equal({ 'ID value blocked': 1 })
    }),
  )

  it(
    'show their tables beside those of the sources',
    withStore(open, async ({ store }) => {
      await take(store, [
        { type: 'identify', userId: 'u1', traits: { plan: 'pro', gone: 'x', isOn: true } },
        { type: 'identify', userId: 'u1', traits: { gone: null } },
        { type: 'group', userId: 'u1', groupId: 'g1', traits: { size: 5 } },
      ])
      const names = (await store.tables()).map(({ name }) => name)
      for (const name of [
        'messages',
        'profiles',
        'identifiers',
        'profile_accounts',
        'id_graph_updates',
        'external_id_mapping_updates',
        'profile_traits_updates',
        'violations',
        'discards',
        'operations',
        'users',
        'identifies',
      ]) {
        expect(names).to.include(name)
      }
      for (const name of names) expect(name.startsWith('selfsame_'), name).to.equal(false)
      const [row] = await store.rows('profiles', {})
      expect(JSON.parse(String(row?.traits))).to.deep.equal({ plan: 'pro', isOn: true })
      const [identifier] = await store.rows('identifiers', {})
      expect(identifier).to.include({ type: 'user_id', value: 'u1', profile_id: row?.id })
      const [newest] = await store.rows('messages', { limit: 1 })
      expect(newest).to.include({ type: 'group', profile_id: row?.id, space: SPACE })
      const [account] = await store.rows('profile_accounts', {})
      expect(account).to.include({ id: 'g1', traits: '{"size":5}' })
      const counted = (await store.tables()).find(({ name }) => name === 'messages')
      expect(counted?.rows).to.equal(3)
    }),
  )
}
