// Other profiles in the place of those that are there.
import { expect } from 'chai'
import type { Store } from '../../../lib/store/store.js'
import { type Open, withStore } from '../conformance.js'
import { account, changes, created, incoming, mapping, profile, SPACE, take } from './examples.js'

export function describeReplacing(open: Open): void {
  describe('replacing profiles', () => {
    it(
      'exchanges all that a space has, and leaves other spaces and the tables',
      withStore(open, async ({ store, reopen }) => {
        const seqs = await fill(store)
        const elsewhere = await store.profiles({ space: 'elsewhere' })
        const replaced = profile('new', {
          seq: seqs[0] ?? 0,
          mappings: [mapping('user_id', 'u1', seqs[0])],
          merged: [profile('gone').id],
        })
        await store.transaction((transaction) =>
          transaction.replaceProfiles(
            SPACE,
            {
              ...created(replaced),
              merges: [{ from: profile('gone').id, into: replaced.id }],
              accounts: [account('g2')],
            },
            [
              { seq: seqs[0] ?? 0, profileId: profile('gone').id },
              { seq: seqs[1] ?? 0, profileId: replaced.id },
              { seq: seqs[2] ?? 0, profileId: undefined },
            ],
          ),
        )
        const again = reopen ? await reopen() : store
        expect(await again.profiles({ space: SPACE })).to.deep.equal([replaced])
        expect(await again.profiles({ space: 'elsewhere' })).to.deep.equal(elsewhere)
        const messages = await again.messages({ after: 0 })
        expect(messages.map(({ profileId }) => profileId)).to.deep.equal([
          replaced.id,
          replaced.id,
          undefined,
          elsewhere[0]?.id,
        ])
        expect(await again.profileOf(SPACE, { type: 'anonymous_id', value: 'a1' })).to.equal(
          undefined,
        )
        expect((await again.profile(profile('gone').id))?.id).to.equal(replaced.id)
        expect(await again.account(SPACE, 'g1')).to.equal(undefined)
        expect((await again.account(SPACE, 'g2'))?.id).to.equal('g2')
        const log = await again.log('id_graph_updates', {})
        expect(log.map(({ space }) => space)).to.deep.equal(['elsewhere'])
        expect((await again.counts()).violations).to.deep.equal({})
        expect(await again.counts()).to.include({ profiles: 2, identifiers: 2, messages: 4 })
        expect(await again.rows('users', { schema: 'web' })).to.have.length(1)
      }),
    )

    it(
      'goes on from there',
      withStore(open, async ({ store }) => {
        const seqs = await fill(store)
        const replaced = profile('new', {
          seq: seqs[0] ?? 0,
          mappings: [mapping('user_id', 'u1', seqs[0])],
        })
        await store.transaction((transaction) =>
          transaction.replaceProfiles(SPACE, created(replaced), []),
        )
        const [outcome] = await take(store, [{ userId: 'u1', anonymousId: 'a1' }])
        expect(outcome).to.include({ isDuplicate: false, profileId: replaced.id })
        const [found] = await store.profiles({ space: SPACE })
        expect(found?.mappings.map(({ value }) => value)).to.deep.equal(['u1', 'a1'])
      }),
    )

    it(
      'is taken back with its transaction',
      withStore(open, async ({ store }) => {
        await fill(store)
        const before = await everything(store)
        const failing = store.transaction(async (transaction) => {
          await transaction.replaceProfiles(SPACE, changes(), [])
          throw new Error('not so')
        })
        await failing.catch(() => undefined)
        expect(await everything(store)).to.deep.equal(before)
      }),
    )
  })
}

async function fill(store: Store): Promise<number[]> {
  const outcomes = await take(store, [
    { type: 'identify', userId: 'u1', anonymousId: 'a1', traits: { plan: 'pro' } },
    { type: 'group', userId: 'u1', groupId: 'g1' },
    { anonymousId: 'null', userId: 'u2' },
    incoming({ userId: 'u1' }, { space: 'elsewhere' }),
  ])
  return outcomes.map((outcome) => (outcome.isDuplicate ? 0 : outcome.seq))
}

async function everything(store: Store): Promise<unknown> {
  return [
    await store.profiles({}),
    await store.messages({}),
    await store.counts(),
    await store.log('violations', {}),
    await store.log('id_graph_updates', {}),
    await store.account(SPACE, 'g1'),
  ]
}
