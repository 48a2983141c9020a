// All of a transaction, or nothing; one after the other.
import { expect } from 'chai'
import type { Store, Transaction } from '../../../lib/store/store.js'
import { type Open, withStore } from '../conformance.js'
import {
  account,
  changes,
  created,
  incoming,
  mapping,
  profile,
  rowsOf,
  SOURCE,
  SPACE,
} from './examples.js'

export function describeTransactions(open: Open): void {
  describe('transactions', () => {
    it(
      'give what the work gives',
      withStore(open, async ({ store }) => {
        expect(await store.transaction(() => Promise.resolve('done'))).to.equal('done')
      }),
    )

    it(
      'keep nothing of work that fails, and hand its error on',
      withStore(open, async ({ store }) => {
        await store.transaction((transaction) => writeAll(transaction, 'before'))
        const before = await everything(store)
        const error = new Error('the work fails')
        const failing = store.transaction(async (transaction) => {
          await writeAll(transaction, 'lost')
          throw error
        })
        expect(await failing.catch((caught: unknown) => caught)).to.equal(error)
        expect(await everything(store)).to.deep.equal(before)
        await store.transaction(async (transaction) => {
          expect([...(await transaction.known(['lost']))]).to.deep.equal([])
          expect(await transaction.profilesOf(SPACE, [mapping('user_id', 'lost')])).to.deep.equal(
            [],
          )
          expect(await transaction.accounts(SPACE, ['lost'])).to.deep.equal([])
          expect(await transaction.upsertStates(SOURCE, 'users', ['lost'])).to.deep.equal([])
          expect((await transaction.schema(SOURCE)).has('event_lost')).to.equal(false)
          await writeAll(transaction, 'lost')
        })
        expect((await store.counts()).messages).to.equal(2)
      }),
    )

    it(
      'see what they wrote before',
      withStore(open, async ({ store }) => {
        await store.transaction(async (transaction) => {
          await writeAll(transaction, 'own')
          expect([...(await transaction.known(['own', 'other']))]).to.deep.equal(['own'])
          const [found] = await transaction.profilesOf(SPACE, [mapping('user_id', 'own')])
          expect(found?.mappings.map(({ value }) => value)).to.deep.equal(['own'])
          expect((await transaction.accounts(SPACE, ['own'])).map(({ id }) => id)).to.deep.equal([
            'own',
          ])
          expect((await transaction.schema(SOURCE)).get('event_own')?.get('plan')).to.equal('text')
          const [state] = await transaction.upsertStates(SOURCE, 'users', ['own', 'other'])
          expect(state?.columns.get('plan')?.value).to.equal('pro')
          expect(state?.rest).to.equal('the rest')
          expect(state?.rest).to.equal('the rest')
        })
      }),
    )

    it(
      'run one after the other, in their order, also after one that failed',
      withStore(open, async ({ store }) => {
        const steps: string[] = []
        const run = (name: string) =>
          store.transaction(async (transaction) => {
            steps.push(`${name} begins`)
            await transaction.known([])
            await new Promise((resolve) => setImmediate(resolve))
            steps.push(`${name} ends`)
            if (name === 'a') throw new Error(name)
          })
        await Promise.allSettled([run('a'), run('b'), run('c')])
        expect(steps).to.deep.equal(
          ['a', 'b', 'c'].flatMap((name) => [`${name} begins`, `${name} ends`]),
        )
      }),
    )

    it(
      'reserve places that grow, and never one twice',
      withStore(open, async ({ store, reopen }) => {
        const reserve = (from: Store, count: number) =>
          from.transaction((transaction) => transaction.reserve(count))
        const first = await reserve(store, 3)
        const second = await reserve(store, 1)
        expect(first).to.be.at.least(1)
        expect(second).to.be.at.least(first + 3)
        const again = reopen ? await reopen() : store
        expect(await reserve(again, 1)).to.be.greaterThan(second)
      }),
    )

    it(
      'are refused when the store is closed, as is every question',
      withStore(open, async ({ store }) => {
        await store.close()
        for (const asked of [
          store.transaction(() => Promise.resolve()),
          store.counts(),
          store.messages({}),
          store.profile('use_x'),
          store.tables(),
        ]) {
          const error = await asked.then(
            () => undefined,
            (caught: unknown) => caught,
          )
          expect(error).to.have.property('name', 'StoreUnavailable')
        }
      }),
    )
  })
}

async function writeAll(transaction: Transaction, name: string): Promise<void> {
  const seq = await transaction.reserve(1)
  const person = profile(name, { seq, mappings: [mapping('user_id', name, seq)] })
  await transaction.saveProfiles({
    ...created(person),
    accounts: [account(name)],
    logs: { ...changes().logs, violations: [violation(name, seq, person.id)] },
  })
  await transaction.insertMessages([
    { ...incoming({ messageId: name, userId: name }), seq, profileId: person.id },
  ])
  const columns = new Map([['id', 'text'] as const, ['plan', 'text'] as const])
  const has = await transaction.schema(SOURCE)
  const table = `event_${name}`
  await transaction.changeSchema(SOURCE, [
    ...(has.has('users') ? [] : [{ kind: 'create', table: 'users', columns } as const]),
    { kind: 'create', table, columns },
  ])
  await transaction.insertRows(SOURCE, [{ table, columns: ['id', 'plan'], rows: [[name, 'pro']] }])
  const cell = { value: 'pro', timestamp: 1, seq, trait: 'plan' }
  await transaction.upsert(SOURCE, 'users', [
    { id: name, columns: new Map([['plan', cell]]), rest: 'the rest' },
  ])
  await transaction.discard(SOURCE, [
    { table: 'users', column: 'plan', value: '1', reason: 'a reason', messageId: name },
  ])
  await transaction.recordOperation({
    seq,
    space: SPACE,
    kind: 'split',
    at: '2026-01-31T10:00:00.000Z',
    details: '{}',
  })
}

function violation(name: string, seq: number, id: string) {
  return {
    name: 'ID value blocked',
    external_id_type: 'user_id',
    external_id_value: name,
    limited_type: null,
    segment_id: id,
    conflicting_segment_id: null,
    seq,
    space: SPACE,
    timestamp: '2026-01-31T10:00:00.000Z',
    received_at: '2026-01-31T10:00:00.000Z',
    triggering_event_id: name,
    triggering_event_name: null,
    triggering_event_type: 'track',
    triggering_event_source_name: SOURCE,
  }
}

async function everything(store: Store): Promise<unknown> {
  return {
    counts: await store.counts(),
    messages: await store.messages({}),
    profiles: await store.profiles({}),
    violations: await store.log('violations', {}),
    operations: await store.operations(SPACE),
    account: await store.account(SPACE, 'before'),
    tables: (await store.tables()).map(({ name, rows }) => [name, rows]).sort(),
    users: await rowsOf(store, 'users'),
    discards: await store.rows('discards', { limit: 10 }),
  }
}
