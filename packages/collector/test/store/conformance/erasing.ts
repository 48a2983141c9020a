// A person is forgotten, and nobody else.
import { expect } from 'chai'
import { People } from '../../../lib/people/people.js'
import { rebuild } from '../../../lib/people/rebuild.js'
import type { Identifier } from '../../../lib/profiles/profile.js'
import { rulesFrom } from '../../../lib/profiles/rules.js'
import type { Store } from '../../../lib/store/store.js'
import { type Open, withStore } from '../conformance.js'
import { rowsOf, SPACE, START, take } from './examples.js'

export function describeErasing(open: Open): void {
  describe('erasing', () => {
    it(
      'leaves nothing of the person in any table',
      withStore(open, async ({ store, reopen }) => {
        await fill(store)
        await splitBoth(store)
        const person = await store.profileOf(SPACE, { type: 'user_id', value: 'secret-user' })
        const gone = await store.transaction((transaction) =>
          transaction.erase(SPACE, [person?.id ?? '']),
        )
        // Two tracks are a row in two tables each, the identify one beside the user's, the page one.
        expect(gone).to.deep.equal({ messages: 5, rows: 8 })
        const again = reopen ? await reopen() : store
        const everything = await dump(again)
        expect(everything).not.to.include('secret')
        expect(everything).not.to.include(person?.id)
        expect(await again.profile(person?.id ?? '')).to.equal(undefined)
        expect(await again.operations(SPACE)).to.have.length(1)
        for (const merged of person?.merged ?? []) {
          expect(await again.profile(merged)).to.equal(undefined)
        }
        expect(await again.counts()).to.deep.include({ messages: 2, profiles: 1, identifiers: 2 })
      }),
    )

    it(
      'takes the values of the person out of what belongs to others',
      withStore(open, async ({ store, reopen }) => {
        await take(store, [
          {
            type: 'identify',
            userId: 'secret-user',
            anonymousId: 'secret-device',
            traits: { email: 'secret@example.com' },
          },
          // The same device, and then the same address, of which neither joins the other person.
          { messageId: 'o1', userId: 'other', anonymousId: 'secret-device' },
          {
            messageId: 'o2',
            type: 'identify',
            userId: 'other',
            traits: { email: 'secret@example.com', plan: 'own', list: ['secret-user', 5] },
          },
          { messageId: 'o3', userId: 'other', event: 'Signed Up', properties: { note: 'own' } },
        ])
        const person = await store.profileOf(SPACE, { type: 'user_id', value: 'secret-user' })
        await store.transaction((transaction) => transaction.erase(SPACE, [person?.id ?? '']))
        const again = reopen ? await reopen() : store
        expect(await dump(again)).not.to.include('secret')
        const [o3, o2, o1] = await again.messages({})
        expect(o1?.message).to.include({ userId: 'other', anonymousId: '[erased]' })
        expect(o2?.message.traits).to.deep.equal({
          email: '[erased]',
          plan: 'own',
          list: ['[erased]', 5],
        })
        expect(o3?.message.properties).to.deep.equal({ note: 'own' })
        const user = (await rowsOf(again, 'users')).find(({ id }) => id === 'other')
        expect(user).to.include({ plan: 'own' })
        expect(user).not.to.have.property('email')
        const other = await again.profileOf(SPACE, { type: 'user_id', value: 'other' })
        expect(other?.traits.get('email')?.value).to.equal(null)
        expect(other?.traits.get('plan')?.value).to.equal('own')
        // A later message does not bring the values back.
        await take(again, [{ type: 'identify', userId: 'other', traits: { city: 'Bern' } }])
        expect(await dump(again)).not.to.include('secret')
      }),
    )

    it(
      'finds what was counted to the profile that the person was split off',
      withStore(open, async ({ store, reopen }) => {
        await take(store, [
          { messageId: 'o1', userId: 'other', anonymousId: 'secret-device' },
          { messageId: 's1', anonymousId: 'secret-device', properties: { note: 'secret note' } },
          { messageId: 'o2', userId: 'other' },
        ])
        const other = await store.profileOf(SPACE, { type: 'user_id', value: 'other' })
        const { profileId } = await new People(store, rulesFrom()).split(SPACE, other?.id ?? '', [
          { type: 'anonymous_id', value: 'secret-device' },
        ])
        const gone = await store.transaction((transaction) => transaction.erase(SPACE, [profileId]))
        expect(gone.messages).to.equal(1)
        const again = reopen ? await reopen() : store
        expect(await dump(again)).not.to.include('secret')
        const messages = await again.messages({ after: 0 })
        expect(messages.map(({ message }) => message.messageId)).to.deep.equal(['o1', 'o2'])
        // Nor is anybody kept apart from who is no longer there: a rebuild would not do so either.
        const rest = await again.profileOf(SPACE, { type: 'user_id', value: 'other' })
        expect(rest?.apart).to.deep.equal([])
        const diff = await rebuild(again, { space: SPACE, rules: rulesFrom(), apply: true })
        expect(diff.differences).to.deep.equal([])
        expect(await again.profileOf(SPACE, { type: 'user_id', value: 'other' })).to.deep.include({
          id: rest?.id,
          apart: [],
        })
      }),
    )

    it(
      'leaves others as they were',
      withStore(open, async ({ store }) => {
        await fill(store)
        const before = await store.profileOf(SPACE, { type: 'user_id', value: 'other' })
        const person = await store.profileOf(SPACE, { type: 'user_id', value: 'secret-user' })
        await store.transaction((transaction) => transaction.erase(SPACE, [person?.id ?? '']))
        expect(await store.profileOf(SPACE, { type: 'user_id', value: 'other' })).to.deep.equal(
          before,
        )
        expect((await rowsOf(store, 'users')).map(({ id }) => id)).to.deep.equal(['other'])
        expect(await rowsOf(store, 'tracks')).to.have.length(1)
        expect(await store.messages({ profileId: before?.id })).to.have.length(2)
      }),
    )

    it(
      'finds the user of an id that no table can keep as it is, and no other',
      withStore(open, async ({ store, reopen }) => {
        const traits = { plan: 'secret' }
        await take(store, [
          { type: 'identify', userId: 'u\0secret', anonymousId: 'a1', traits },
          { type: 'identify', userId: 'u', traits: { plan: 'own' } },
        ])
        const person = await store.profileOf(SPACE, { type: 'anonymous_id', value: 'a1' })
        await store.transaction((transaction) => transaction.erase(SPACE, [person?.id ?? '']))
        const again = reopen ? await reopen() : store
        expect(await dump(again)).not.to.include('secret')
        expect((await rowsOf(again, 'users')).map(({ id }) => id)).to.deep.equal(['u'])
      }),
    )

    it(
      'lets somebody who was split off come again, as nobody whose profile began with them',
      withStore(open, async ({ store, reopen }) => {
        await take(store, [
          { userId: 'x', anonymousId: 'a' },
          { type: 'identify', anonymousId: 'a', traits: { whose: 'of a' } },
          // Two that were merged: the id of the second is still that of the first.
          { anonymousId: 'b1' },
          { anonymousId: 'b2' },
          { userId: 'y', anonymousId: 'b1' },
          { userId: 'y', anonymousId: 'b2' },
        ])
        await splitAndErase(store, { type: 'user_id', value: 'x' })
        await splitAndErase(store, { type: 'anonymous_id', value: 'b2' })
        const rest = async (of: Store) => [
          await of.profileOf(SPACE, { type: 'anonymous_id', value: 'a' }),
          await of.profileOf(SPACE, { type: 'user_id', value: 'y' }),
        ]
        const before = await rest(store)
        await take(store, [{ type: 'identify', userId: 'x', traits: { whose: 'of x' } }])
        // Together with one who is known.
        await take(store, [
          { userId: 'y', at: START },
          { type: 'identify', anonymousId: 'b2', traits: { whose: 'of b2' } },
        ])
        const again = reopen ? await reopen() : store
        const x = await again.profileOf(SPACE, { type: 'user_id', value: 'x' })
        const b2 = await again.profileOf(SPACE, { type: 'anonymous_id', value: 'b2' })
        expect(x?.mappings.map(({ value }) => value)).to.deep.equal(['x'])
        expect(x?.traits.get('whose')?.value).to.equal('of x')
        expect(b2?.mappings.map(({ value }) => value)).to.deep.equal(['b2'])
        expect(b2?.traits.get('whose')?.value).to.equal('of b2')
        const [a, y] = await rest(again)
        expect(a).to.deep.equal(before[0])
        expect(y).to.deep.equal({ ...before[1], lastMessageId: y?.lastMessageId })
        expect((await again.counts()).profiles).to.equal(4)
      }),
    )

    it(
      'lets the person come again, as somebody new',
      withStore(open, async ({ store }) => {
        await fill(store)
        const person = await store.profileOf(SPACE, { type: 'user_id', value: 'secret-user' })
        await store.transaction((transaction) => transaction.erase(SPACE, [person?.id ?? '']))
        const [outcome] = await take(store, [
          {
            messageId: 'secret-1',
            type: 'identify',
            userId: 'secret-user',
            traits: { plan: 'new' },
          },
        ])
        expect(outcome?.isDuplicate).to.equal(false)
        const again = await store.profileOf(SPACE, { type: 'user_id', value: 'secret-user' })
        expect(again?.mappings).to.have.length(1)
        expect(again?.traits.size).to.equal(1)
        const user = (await rowsOf(store, 'users')).find(({ id }) => id === 'secret-user')
        expect(user).to.include({ plan: 'new' })
        expect(user).not.to.have.property('email')
      }),
    )

    it(
      'lets an id come again that another person began with, as somebody new',
      withStore(open, async ({ store, reopen }) => {
        await take(store, [{ anonymousId: 'device' }, { userId: 'other', anonymousId: 'device' }])
        const people = new People(store, rulesFrom())
        const other = await store.profileOf(SPACE, { type: 'user_id', value: 'other' })
        const device = { type: 'anonymous_id', value: 'device' }
        const { profileId } = await people.split(SPACE, other?.id ?? '', [device])
        await store.transaction((transaction) => transaction.erase(SPACE, [profileId]))
        const again = reopen ? await reopen() : store
        const [outcome] = await take(again, [{ anonymousId: 'device' }, { userId: 'other' }])
        const somebody = await again.profileOf(SPACE, device)
        expect(somebody?.mappings.map(({ value }) => value)).to.deep.equal(['device'])
        expect(somebody?.id).not.to.be.oneOf([other?.id, profileId])
        expect(outcome).to.deep.include({ isDuplicate: false, profileId: somebody?.id })
        const unchanged = await again.profileOf(SPACE, { type: 'user_id', value: 'other' })
        expect(unchanged?.id).to.equal(other?.id)
        expect(unchanged?.mappings.map(({ value }) => value)).to.deep.equal(['other'])
      }),
    )

    it(
      'is taken back with its transaction',
      withStore(open, async ({ store }) => {
        await fill(store)
        const before = await dump(store)
        const person = await store.profileOf(SPACE, { type: 'user_id', value: 'secret-user' })
        const failing = store.transaction(async (transaction) => {
          await transaction.erase(SPACE, [person?.id ?? ''])
          throw new Error('not so')
        })
        expect(await failing.catch((error: unknown) => (error as Error).message)).to.equal('not so')
        expect(await dump(store)).to.equal(before)
        expect(await take(store, [{ messageId: 'secret-1', userId: 'x' }])).to.deep.equal([
          { isDuplicate: true },
        ])
      }),
    )

    it(
      'knows nobody of another space, and nobody at all',
      withStore(open, async ({ store }) => {
        await fill(store)
        const before = await dump(store)
        const person = await store.profileOf(SPACE, { type: 'user_id', value: 'secret-user' })
        for (const [space, ids] of [
          ['elsewhere', [person?.id ?? '']],
          [SPACE, ['use_nobody']],
          [SPACE, []],
        ] as const) {
          const gone = await store.transaction((transaction) => transaction.erase(space, ids))
          expect(gone).to.deep.equal({ messages: 0, rows: 0 })
        }
        expect(await dump(store)).to.equal(before)
      }),
    )
  })
}

async function splitAndErase(store: Store, identifier: Identifier): Promise<void> {
  const people = new People(store, rulesFrom())
  const one = await store.profileOf(SPACE, identifier)
  const { profileId } = await people.split(SPACE, one?.id ?? '', [identifier])
  await people.erase(SPACE, profileId)
}

/** A person whose values all have "secret" in them, who was two once, and another. */
async function fill(store: Store): Promise<void> {
  await take(store, [
    { messageId: 'secret-page', type: 'page', anonymousId: 'secret-visitor', name: 'secret page' },
    {
      messageId: 'secret-1',
      type: 'identify',
      userId: 'secret-user',
      traits: {
        email: 'secret@example.com',
        plan: 'secret plan',
        address: { city: 'Secretville' },
      },
    },
    { messageId: 'secret-tie', userId: 'secret-user', anonymousId: 'secret-visitor' },
    {
      messageId: 'secret-2',
      userId: 'secret-user',
      anonymousId: 'null',
      event: 'Signed Up',
      properties: { user_id: 'secret', note: 'secret note' },
    },
    {
      messageId: 'secret-alias',
      type: 'alias',
      userId: 'secret-user',
      previousId: 'secret-visitor',
    },
    {
      messageId: 'o1',
      type: 'identify',
      userId: 'other',
      anonymousId: 'a9',
      traits: { plan: 'own' },
    },
    { messageId: 'o2', userId: 'other', event: 'Signed Up', properties: { note: 'own' } },
  ])
}

/** Two splits: one that took something out of the person, one that concerns the other. */
async function splitBoth(store: Store): Promise<void> {
  await store.transaction(async (transaction) => {
    for (const name of ['secret-user', 'other']) {
      const details = JSON.stringify({
        profiles: [],
        identifiers: [{ type: 'anonymous_id', value: 'somebody' }],
        rest: [{ type: 'user_id', value: name }],
      })
      const seq = await transaction.reserve(1)
      const at = new Date(START).toISOString()
      await transaction.recordOperation({ seq, space: SPACE, kind: 'split', at, details })
    }
  })
}

/** All that there is, as one text. */
export async function dump(store: Store): Promise<string> {
  const tables = (await store.tables()).sort((a, b) => (a.name < b.name ? -1 : 1))
  const rows = await Promise.all(
    tables.map(({ name, schema }) =>
      store.rows(name, { ...(schema === undefined ? {} : { schema }), limit: 10_000 }),
    ),
  )
  return JSON.stringify([
    tables.map(({ name, rows: count }) => [name, count]),
    rows,
    await store.profiles({ limit: 1000 }),
    await store.messages({ limit: 1000 }),
  ])
}
