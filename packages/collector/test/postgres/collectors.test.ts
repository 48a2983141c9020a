// Several collectors share one database.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { Cluster } from '../../../../test/postgres/cluster.js'
import type { Incoming } from '../../lib/messages/incoming.js'
import { takeIn } from '../../lib/intake/take-in.js'
import { rulesFrom } from '../../lib/profiles/rules.js'
import { MemoryStore } from '../../lib/store/memory/memory-store.js'
import { openPostgresStore } from '../../lib/store/postgres/postgres-store.js'
import type { Store } from '../../lib/store/store.js'
import { type Database, emptyDatabase } from './database.js'
import { batchesOf, peopleOf, people } from './population.js'

/** `MESSAGES=200000 npm run test:postgres` for the full number. */
const TOTAL = Number(process.env.MESSAGES ?? 20_000)
const COLLECTORS = 4
const rules = rulesFrom()

async function withDatabase(test: (database: Database) => Promise<void>): Promise<void> {
  const database = await emptyDatabase()
  try {
    await test(database)
  } finally {
    await database.release()
  }
}

/** Each takes in the batches of which it is the turn; what fails is taken in again, as a client sends again. */
async function share(stores: readonly Store[], batches: readonly Incoming[][]): Promise<void> {
  const left = [...batches]
  await Promise.all(
    stores.map(async (store) => {
      for (let batch = left.pop(); batch; batch = left.pop()) await takeIn(store, rules, batch)
    }),
  )
}

describe('several collectors on one PostgreSQL', function () {
  this.timeout(600_000)

  it(`come to the same people as one, of ${TOTAL} messages at random among them`, () =>
    withDatabase(async (database) => {
      const stores = await Promise.all(
        Array.from({ length: COLLECTORS }, () => openPostgresStore(database.url)),
      )
      try {
        const batches = batchesOf(TOTAL)
        await share(stores, batches)
        await expectWhole(stores[0]!, batches)
        const [deadlocks] = await database.query(
          'select deadlocks::int as n from pg_stat_database where datname = current_database()',
        )
        expect(deadlocks?.n).to.equal(0)
      } finally {
        await Promise.all(stores.map((store) => store.close()))
      }
    }))

  it('lose nothing and count nothing twice when their connections are cut again and again', () =>
    withDatabase(async (database) => {
      const stores = await Promise.all([1, 2, 3].map(() => openPostgresStore(database.url)))
      const batches = batchesOf(3_000, 20)
      let cuts = 0
      const state = { isDone: false }
      const cutting = (async () => {
        while (!state.isDone) {
          const rows = await database.query(
            `select pg_terminate_backend(pid) as cut from pg_stat_activity
             where datname = current_database() and pid <> pg_backend_pid() and random() < 0.4`,
          )
          cuts += rows.length
        }
      })()
      try {
        await shareStubbornly(stores, batches)
        state.isDone = true
        await cutting
        expect(cuts).to.be.above(20)
        await expectWhole(stores[0]!, batches)
      } finally {
        state.isDone = true
        await cutting.catch(() => undefined)
        await Promise.all(stores.map((store) => store.close()))
      }
    }))

  it('lose nothing when collectors are killed', () =>
    withDatabase(async (database) => {
      const batches = batchesOf(4_000, 20)
      const child = fileURLToPath(new URL('./collector-child.ts', import.meta.url))
      const answered = new Set<number>()
      const left = batches.map((_, i) => i)
      let kills = 0
      while (left.length > 0) {
        const process_ = fork(child, [database.url], { execArgv: ['--import', 'tsx'] })
        const exit = once(process_, 'exit')
        const life = 3 + Math.floor(Math.random() * 40)
        feed(process_, { batches, left, answered, life })
        await exit
        if (process_.signalCode === 'SIGKILL') kills += 1
      }
      expect(kills).to.be.above(1)
      expect(answered.size).to.be.above(0)
      const store = await openPostgresStore(database.url)
      try {
        await expectWhole(store, batches)
      } finally {
        await store.close()
      }
    }))

  it('go on when the server has lost its power and comes back', async () => {
    const cluster = new Cluster({ isDurable: true })
    try {
      const stores = await Promise.all([1, 2].map(() => openPostgresStore(cluster.url)))
      const batches = batchesOf(2_000, 20)
      let restarts = 0
      const working = shareStubbornly(stores, batches, async (done) => {
        if (done !== 20 && done !== 50) return
        cluster.halt(restarts === 0 ? 'immediate' : 'fast')
        restarts += 1
        cluster.start()
        await Promise.resolve()
      })
      await working
      expect(restarts).to.equal(2)
      await expectWhole(stores[0]!, batches)
      await Promise.all(stores.map((store) => store.close()))
    } finally {
      cluster.stop()
    }
  })

  it('open an empty database at once, and all of them find it ready', () =>
    withDatabase(async (database) => {
      const stores = await Promise.all(
        Array.from({ length: 8 }, () => openPostgresStore(database.url)),
      )
      const batches = batchesOf(400, 50)
      await share(stores, batches)
      await expectWhole(stores[0]!, batches)
      await Promise.all(stores.map((store) => store.close()))
    }))
})

/** As clients do: what was not answered is sent again, to any of them. */
async function shareStubbornly(
  stores: readonly Store[],
  batches: readonly Incoming[][],
  onDone: (done: number) => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const left = [...batches]
  let done = 0
  await Promise.all(
    stores.map(async (store) => {
      for (let batch = left.pop(); batch; batch = left.pop()) {
        try {
          await takeIn(store, rules, batch)
          done += 1
          await onDone(done)
        } catch (error) {
          expect(String(error)).to.match(/^StoreUnavailable: PostgreSQL cannot take/)
          left.push(batch)
        }
      }
    }),
  )
}

function feed(
  child: ChildProcess,
  of: { batches: readonly Incoming[][]; left: number[]; answered: Set<number>; life: number },
): void {
  let current: number | undefined
  let served = 0
  const give = () => {
    current = of.left.pop()
    if (current === undefined) child.send('end')
    else child.send(of.batches[current]!)
    // Between the message and its answer: somewhere in the transaction.
    if (served === of.life) setTimeout(() => child.kill('SIGKILL'), Math.random() * 15)
  }
  child.on('message', (message) => {
    if (message !== 'ready') {
      of.answered.add(current!)
      current = undefined
      served += 1
    }
    give()
  })
  child.on('exit', () => {
    if (current !== undefined) of.left.push(current)
  })
}

/** Every message once, and people, logs and rows as a replay in the order of arrival has them. */
async function expectWhole(store: Store, batches: readonly Incoming[][]): Promise<void> {
  const sent = batches.flat()
  const arrived: Incoming[] = []
  for (let after = 0; ;) {
    const page = await store.messages({ after, limit: 10_000 })
    if (page.length === 0) break
    arrived.push(...page)
    after = page.at(-1)!.seq
  }
  const ids = (all: readonly Incoming[]) => all.map(({ message }) => message.messageId).sort()
  expect(ids(arrived)).to.deep.equal(ids(sent))
  const replay = new MemoryStore({ limit: Infinity })
  for (let i = 0; i < arrived.length; i += 500) {
    await takeIn(replay, rules, arrived.slice(i, i + 500))
  }
  expect(await people(store)).to.deep.equal(await people(replay))
  expect((await store.counts()).profiles).to.equal((await replay.counts()).profiles)
  expect(await store.counts()).to.deep.equal(await replay.counts())
  // If order does not decide, messages with the same ids are one person's.
  expect(await peopleOf(store)).to.deep.equal(expectedPeople(sent))
  await expectRows(store, replay)
}

/** Those who share a user id, each with all anonymous ids that were seen with it. */
function expectedPeople(sent: readonly Incoming[]): string[] {
  const groups = new Map<string, Set<string>>()
  for (const { message } of sent) {
    const person = String(message.context?.person)
    const group = groups.get(person) ?? new Set<string>()
    groups.set(person, group)
    if (message.userId) group.add(`user_id ${message.userId}`)
    if (message.anonymousId) group.add(`anonymous_id ${message.anonymousId}`)
  }
  return [...groups.values()].map((group) => [...group].sort().join(', ')).sort()
}

async function expectRows(store: Store, replay: Store): Promise<void> {
  const tables = (await replay.tables()).filter(({ name }) =>
    /^(tracks|event_|users|identifies)/.test(name),
  )
  expect(tables.length).to.be.above(3)
  for (const { name } of tables) {
    const [here, there] = await Promise.all([
      store.rows(name, { schema: 'my_shop', limit: 1_000_000 }),
      replay.rows(name, { limit: 1_000_000 }),
    ])
    const sorted = (rows: Record<string, unknown>[]) =>
      rows
        .map((row) => Object.fromEntries(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1))))
        .sort((a, b) => (String(a.id) < String(b.id) ? -1 : 1))
    expect(sorted(here), name).to.deep.equal(sorted(there))
  }
}
