// People resolved anew from their messages.
import { expect } from 'chai'
import { People } from '../../../lib/people/people.js'
import { rebuild } from '../../../lib/people/rebuild.js'
import { Graph } from '../../../lib/profiles/graph.js'
import { rulesFrom } from '../../../lib/profiles/rules.js'
import type { Store } from '../../../lib/store/store.js'
import { type Open, withStore } from '../conformance.js'
import { incoming, SPACE, START, take } from './examples.js'

const MESSAGES = [
  { anonymousId: 'a1' },
  { type: 'identify', userId: 'u1', anonymousId: 'a1', traits: { email: 'jane@example.com' } },
  { type: 'identify', userId: 'u2', anonymousId: 'a2', traits: { email: 'jane@example.com' } },
  { anonymousId: 'guest', userId: 'u3' },
  { type: 'group', userId: 'u1', groupId: 'g1', traits: { size: 5 } },
  { anonymousId: 'a9' },
  { anonymousId: 'a9', userId: 'u1' },
] as const

export function describeRebuilding(open: Open): void {
  describe('rebuilding', () => {
    it(
      'by the same rules changes nothing, not even an id',
      withStore(open, async ({ store, reopen }) => {
        await fill(store)
        const before = await everything(store)
        const diff = await rebuild(store, { space: SPACE, rules: rulesFrom(), apply: true })
        expect(diff.differences).to.deep.equal([])
        expect(diff.people.before).to.equal(diff.people.after)
        const again = reopen ? await reopen() : store
        expect(await everything(again)).to.deep.equal(before)
      }),
    )

    it(
      'by other rules says who joins and who splits, and changes it only if told to',
      withStore(open, async ({ store }) => {
        await fill(store)
        const before = await everything(store)
        const rules = rulesFrom({ limits: { user_id: 5 } })
        const diff = await rebuild(store, { space: SPACE, rules })
        expect(diff.differences.map(({ kind }) => kind)).to.deep.equal(['joined'])
        expect(await everything(store)).to.deep.equal(before)
        await rebuild(store, { space: SPACE, rules, apply: true })
        const jane = await store.profileOf(SPACE, { type: 'user_id', value: 'u2' })
        expect(jane?.mappings.map(({ value }) => value)).to.include.members([
          'u1',
          'u2',
          'a1',
          'a2',
        ])
        expect((await store.messages({ profileId: jane?.id })).length).to.equal(6)
        const back = await rebuild(store, { space: SPACE, rules: rulesFrom(), apply: true })
        expect(back.differences.map(({ kind }) => kind)).to.deep.equal(['split'])
        expect(await everything(store)).to.deep.equal(before)
      }),
    )

    it(
      'joins nobody by what is left of people who were erased',
      withStore(open, async ({ store }) => {
        await take(store, [
          { userId: 'anna', anonymousId: 'd1' },
          { userId: 'ben', anonymousId: 'd1' },
          { userId: 'carl', anonymousId: 'd2' },
          { userId: 'dora', anonymousId: 'd2' },
          { type: 'identify', userId: 'ben', traits: { email: 'ben@example.com' } },
        ])
        const people = new People(store, rulesFrom())
        for (const value of ['anna', 'carl']) {
          const profile = await store.profileOf(SPACE, { type: 'user_id', value })
          await people.erase(SPACE, profile?.id ?? '')
        }
        const before = await store.profiles({})
        const diff = await rebuild(store, { space: SPACE, rules: rulesFrom(), apply: true })
        expect(diff.differences).to.deep.equal([])
        expect(await store.profiles({})).to.deep.equal(before)
      }),
    )

    it(
      'carries out the splits again at their places',
      withStore(open, async ({ store }) => {
        await fill(store)
        await split(store, 'a9')
        await take(store, [{ anonymousId: 'a9', userId: 'u1' }, { anonymousId: 'a9' }])
        const before = await everything(store)
        const one = await store.profileOf(SPACE, { type: 'anonymous_id', value: 'a9' })
        expect(one?.mappings).to.have.length(1)
        const diff = await rebuild(store, { space: SPACE, rules: rulesFrom(), apply: true })
        expect(diff.differences).to.deep.equal([])
        expect(await everything(store)).to.deep.equal(before)
      }),
    )

    it(
      'leaves out nothing of what comes meanwhile, and no other space',
      withStore(open, async ({ store }) => {
        await fill(store)
        await take(store, [incoming({ userId: 'u1' }, { space: 'elsewhere' })])
        const rebuilding = rebuild(store, { space: SPACE, rules: rulesFrom(), apply: true })
        const taking = [0, 1, 2].map((i) =>
          take(store, [{ userId: 'u1', anonymousId: `late-${i}` }]),
        )
        await Promise.all([rebuilding, ...taking])
        const person = await store.profileOf(SPACE, { type: 'user_id', value: 'u1' })
        expect((await store.messages({ profileId: person?.id })).length).to.equal(5 + taking.length)
        for (let i = 0; i < taking.length; i++) {
          const late = await store.profileOf(SPACE, { type: 'anonymous_id', value: `late-${i}` })
          expect(late?.id, `late-${i}`).to.equal(person?.id)
        }
        expect(await store.profiles({ space: 'elsewhere' })).to.have.length(1)
      }),
    )
  })
}

async function fill(store: Store): Promise<void> {
  for (const [i, each] of MESSAGES.entries()) {
    await take(store, [{ messageId: `m${i}`, at: START + i * 1000, ...each }])
  }
}

/** As the API does it. */
async function split(store: Store, anonymousId: string): Promise<void> {
  const identifiers = [{ type: 'anonymous_id', value: anonymousId }]
  const at = new Date(START + 60_000).toISOString()
  await store.transaction(async (transaction) => {
    const graph = new Graph(SPACE, rulesFrom())
    graph.add(await transaction.profilesOf(SPACE, identifiers), [])
    const seq = await transaction.reserve(1)
    const { details } = graph.split({ identifiers, seq, at })
    await transaction.saveProfiles(graph.drain())
    await transaction.recordOperation({ seq, space: SPACE, kind: 'split', at, details })
  })
}

async function everything(store: Store): Promise<unknown> {
  const profiles = await store.profiles({ limit: 1000 })
  const messages = await store.messages({ limit: 1000 })
  const { violations, ...counts } = await store.counts()
  const logs = await Promise.all(
    (['id_graph_updates', 'external_id_mapping_updates', 'violations'] as const).map((name) =>
      store.log(name, { limit: 1000 }),
    ),
  )
  return {
    profiles,
    messages: messages.map(({ seq, profileId }) => [seq, profileId]),
    counts,
    violations,
    logs,
    account: await store.account(SPACE, 'g1'),
  }
}
