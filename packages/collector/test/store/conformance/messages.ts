// Messages are kept as they were, once, and found again.
import { expect } from 'chai'
import { type Open, withStore } from '../conformance.js'
import { incoming, SPACE, START, take } from './examples.js'

export function describeMessages(open: Open): void {
  describe('messages', () => {
    it(
      'are kept whole, with what is not text in any alphabet',
      withStore(open, async ({ store, reopen }) => {
        const given = incoming({
          messageId: 'whole',
          userId: 'ü',
          anonymousId: '匿名',
          event: 'Größe "gewählt"; drop table messages; --',
          properties: {
            nothing: null,
            nested: { list: [1, { deep: true }], empty: {} },
            large: 9007199254740991,
            small: 1e-7,
            negative: -0.5,
            text: "line\nbreak \\ ' \u2028 \u{1f600} \ud800",
            'a.b': false,
            ...(JSON.parse('{ "inner": { "__proto__": "data" } }') as object),
          },
        })
        await take(store, [given])
        const again = reopen ? await reopen() : store
        const [kept] = await again.messages({})
        expect(kept?.message).to.deep.equal(given.message)
        expect(kept).to.include({ space: given.space, source: given.source })
      }),
    )

    it(
      'are kept once, whether they come again at once, later or with other contents',
      withStore(open, async ({ store, reopen }) => {
        const first = incoming({ messageId: 'once', userId: 'u1', event: 'First' })
        const second = incoming({ messageId: 'once', userId: 'u2', event: 'Second' })
        const outcomes = await take(store, [first, second, incoming({ userId: 'u1' })])
        expect(outcomes.map(({ isDuplicate }) => isDuplicate)).to.deep.equal([false, true, false])
        expect(await take(store, [second])).to.deep.equal([{ isDuplicate: true }])
        const again = reopen ? await reopen() : store
        expect(await take(again, [second])).to.deep.equal([{ isDuplicate: true }])
        const kept = await again.messages({ messageIds: ['once'] })
        expect(kept.map(({ message }) => message.event)).to.deep.equal(['First'])
        expect((await again.counts()).messages).to.equal(2)
        expect(await again.profiles({})).to.have.length(1)
      }),
    )

    it(
      'change nothing when they come again',
      withStore(open, async ({ store }) => {
        const batch = [
          incoming({ type: 'identify', userId: 'u1', anonymousId: 'a1', traits: { plan: 'pro' } }),
          incoming({ userId: 'u1', anonymousId: 'a2' }),
          incoming({ type: 'group', userId: 'u1', groupId: 'g1', traits: { size: 5 } }),
        ]
        await take(store, batch)
        const before = [await store.profiles({}), await store.counts(), await store.tables()]
        await take(store, batch)
        expect([
          await store.profiles({}),
          await store.counts(),
          await store.tables(),
        ]).to.deep.equal(before)
      }),
    )

    it(
      'come a page at a time: the newest first, or the oldest after a place',
      withStore(open, async ({ store }) => {
        const outcomes = await take(
          store,
          Array.from({ length: 10 }, () => ({ userId: 'u1' })),
        )
        const seqs = outcomes.map((outcome) => (outcome.isDuplicate ? 0 : outcome.seq))
        expect(seqs).to.deep.equal([...seqs].sort((a, b) => a - b))
        const page = async (query: object) => (await store.messages(query)).map(({ seq }) => seq)
        expect(await page({ limit: 3 })).to.deep.equal(seqs.slice(-3).reverse())
        expect(await page({ limit: 3, before: seqs[7] })).to.deep.equal([seqs[6], seqs[5], seqs[4]])
        expect(await page({ limit: 3, after: seqs[7] })).to.deep.equal([seqs[8], seqs[9]])
        expect(await page({ limit: 3, after: 0 })).to.deep.equal(seqs.slice(0, 3))
        expect(await page({ limit: 0 })).to.deep.equal([])
        expect(await page({ after: seqs[2], before: seqs[5] })).to.deep.equal([seqs[3], seqs[4]])
      }),
    )

    it(
      'are found by the profile that they belong to now',
      withStore(open, async ({ store }) => {
        await take(store, [
          { messageId: 'anonymous', anonymousId: 'a1' },
          { messageId: 'known', userId: 'u1' },
          { messageId: 'other', userId: 'u2' },
          { messageId: 'alias', type: 'alias', userId: 'u1', previousId: 'a1' },
        ])
        const earlier = await store.profileOf(SPACE, { type: 'user_id', value: 'u1' })
        await take(store, [{ messageId: 'tie', userId: 'u1', anonymousId: 'a1' }])
        const now = await store.profileOf(SPACE, { type: 'user_id', value: 'u1' })
        const ids = async (profileId: string | undefined) =>
          (await store.messages({ profileId })).map(({ message }) => message.messageId)
        expect(await ids(now?.id)).to.deep.equal(['tie', 'known', 'anonymous'])
        // A link to the profile of before leads to the same person.
        expect(earlier?.id).not.to.equal(now?.id)
        expect(await ids(earlier?.id)).to.deep.equal(['tie', 'known', 'anonymous'])
        expect((await store.profile(earlier?.id ?? ''))?.id).to.equal(now?.id)
        const [known] = await store.messages({ messageIds: ['known'] })
        expect(known?.profileId).to.equal(now?.id)
        const [alias] = await store.messages({ messageIds: ['alias'] })
        expect(alias?.profileId).to.equal(undefined)
        expect(await ids('use_nobody')).to.deep.equal([])
      }),
    )

    it(
      'are many, and each is still found by its id',
      withStore(open, async ({ store }) => {
        const total = 3000
        for (let begin = 0; begin < total; begin += 500) {
          await take(
            store,
            Array.from({ length: 500 }, (_, i) => ({
              messageId: `many-${begin + i}`,
              anonymousId: `a${(begin + i) % 700}`,
              at: START + begin + i,
            })),
          )
        }
        const ids = [0, 1, 1499, 1500, 2999, 3000].map((i) => `many-${i}`)
        const known = await store.transaction((transaction) => transaction.known(ids))
        expect([...known].sort()).to.deep.equal(ids.slice(0, 5).sort())
        const found = await store.messages({ messageIds: ids })
        expect(found).to.have.length(5)
        expect(await store.counts()).to.include({
          messages: total,
          profiles: 700,
          identifiers: 700,
        })
      }),
    )

    it(
      'name their spaces',
      withStore(open, async ({ store }) => {
        await take(store, [
          incoming({ userId: 'u1' }, { space: 'b' }),
          incoming({ userId: 'u1' }, { space: 'a', source: 'shop' }),
        ])
        expect(await store.spaces()).to.deep.equal(['a', 'b'])
        const [inA, inB] = await Promise.all(
          ['a', 'b'].map((space) => store.profileOf(space, { type: 'user_id', value: 'u1' })),
        )
        expect(inA?.id).not.to.equal(inB?.id)
        expect(inA?.mappings[0]?.source).to.equal('shop')
      }),
    )
  })
}
