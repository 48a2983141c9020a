// The queue in front of a store.
import { expect } from 'chai'
import { Intake } from '../../lib/intake/intake.js'
import { rulesFrom } from '../../lib/profiles/rules.js'
import { StoreUnavailable } from '../../lib/store/errors.js'
import { MemoryStore } from '../../lib/store/memory/memory-store.js'
import type { Store, Transaction } from '../../lib/store/store.js'
import { incoming } from '../store/conformance/examples.js'

/** A store that notes its transactions, can be held up and can fail. */
class Watched extends MemoryStore {
  readonly groups: number[] = []
  failure: Error | undefined
  gate: Promise<void> = Promise.resolve()

  override transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    return super.transaction(async (transaction) => {
      await this.gate
      if (this.failure) throw this.failure
      const watched = Object.create(transaction) as Transaction
      watched.known = (ids) => {
        this.groups.push(ids.length)
        return transaction.known(ids)
      }
      for (const name of [
        'reserve',
        'profilesOf',
        'takenProfileIds',
        'accounts',
        'insertMessages',
        'saveProfiles',
        'schema',
        'changeSchema',
        'insertRows',
        'upsertStates',
        'upsert',
        'discard',
      ] as const) {
        Object.assign(watched, { [name]: transaction[name].bind(transaction) })
      }
      return await work(watched)
    })
  }
}

/** As a store on disk: with the waits that it has. */
function onDisk(store: Watched): Store {
  return Object.create(store, {
    kind: { value: 'sqlite' },
    transaction: { value: store.transaction.bind(store) },
  }) as Store
}

const rules = rulesFrom()
const batchOf = (size: number) => Array.from({ length: size }, () => incoming({ userId: 'u1' }))

describe('intake', () => {
  it('settles each caller with what became of its own messages', async () => {
    const intake = new Intake(onDisk(new Watched()), rules)
    const shared = incoming({ messageId: 'shared', userId: 'u1' })
    const outcomes = await Promise.all([
      intake.add([shared, incoming({ userId: 'u2' })]),
      intake.add([]),
      intake.add([incoming({ userId: 'u3' }), { ...shared }, shared]),
    ])
    expect(outcomes.map((each) => each.map(({ isDuplicate }) => isDuplicate))).to.deep.equal([
      [false, false],
      [],
      [false, true, true],
    ])
    await intake.close()
  })

  it('takes the first at once, and gathers what comes meanwhile', async () => {
    const store = new Watched()
    let open: () => void = () => undefined
    store.gate = new Promise((resolve) => (open = resolve))
    const intake = new Intake(onDisk(store), rules)
    const first = intake.add(batchOf(1))
    const others = Array.from({ length: 30 }, () => intake.add(batchOf(10)))
    open()
    await first
    expect(store.groups).to.deep.equal([1])
    await Promise.all(others)
    expect(store.groups).to.deep.equal([1, 300])
    await intake.close()
  })

  it('makes transactions of at most 500 messages, across callers and within one', async () => {
    const store = new Watched()
    const intake = new Intake(onDisk(store), rules)
    const outcomes = await Promise.all([
      intake.add(batchOf(300)),
      intake.add(batchOf(1200)),
      intake.add(batchOf(300)),
    ])
    expect(outcomes.map(({ length }) => length)).to.deep.equal([300, 1200, 300])
    const seqs = outcomes.flat().map((outcome) => (outcome.isDuplicate ? 0 : outcome.seq))
    expect(new Set(seqs).size).to.equal(1800)
    expect(seqs).to.deep.equal([...seqs].sort((a, b) => a - b))
    expect(Math.max(...store.groups)).to.be.at.most(500)
    expect(store.groups.reduce((a, b) => a + b)).to.equal(1800)
    expect((await store.counts()).messages).to.equal(1800)
    await intake.close()
  })

  it('tells everyone of a store that fails, and goes on when it works again', async () => {
    const store = new Watched()
    const intake = new Intake(onDisk(store), rules)
    store.failure = new StoreUnavailable('The disk is full', { retryAfter: 30 })
    const failed = await Promise.allSettled([intake.add(batchOf(3)), intake.add(batchOf(700))])
    for (const each of failed) {
      expect(each).to.have.property('status', 'rejected')
      expect((each as PromiseRejectedResult).reason).to.equal(store.failure)
    }
    expect(intake.queued).to.equal(0)
    expect((await store.counts()).messages).to.equal(0)
    store.failure = undefined
    expect(await intake.add(batchOf(3))).to.have.length(3)
    expect((await store.counts()).messages).to.equal(3)
    await intake.close()
  })

  it('lets a message that no store can take fail alone', async () => {
    const store = new Watched()
    let open: () => void = () => undefined
    store.gate = new Promise((resolve) => (open = resolve))
    const intake = new Intake(onDisk(store), rules)
    const first = intake.add(batchOf(1))
    const bad = incoming({ userId: 'u1' })
    Object.defineProperty(bad.message, 'type', {
      get: () => {
        throw new Error('a bug')
      },
    })
    const results = Promise.allSettled([
      intake.add(batchOf(2)),
      intake.add([bad]),
      intake.add(batchOf(2)),
    ])
    open()
    await first
    const statuses = (await results).map(({ status }) => status)
    expect(statuses).to.deep.equal(['fulfilled', 'rejected', 'fulfilled'])
    expect((await store.counts()).messages).to.equal(5)
    expect(intake.queued).to.equal(0)
    await intake.close()
  })

  it('refuses what is too much, but never a batch that comes to an empty queue', async () => {
    const store = new Watched()
    const intake = new Intake(onDisk(store), rules, { maxQueued: 10 })
    const large = intake.add(batchOf(50))
    const refused = await intake.add(batchOf(1)).catch((error: unknown) => error)
    expect(refused).to.be.instanceOf(StoreUnavailable)
    expect(await large).to.have.length(50)
    expect(await intake.add(batchOf(1))).to.have.length(1)
    await intake.close()
  })

  it('takes in what waits when it is closed, and nothing after that', async () => {
    const store = new Watched()
    const intake = new Intake(onDisk(store), rules)
    const waiting = [intake.add(batchOf(1)), intake.add(batchOf(5)), intake.add(batchOf(700))]
    await intake.close()
    expect((await store.counts()).messages).to.equal(706)
    expect((await Promise.all(waiting)).map(({ length }) => length)).to.deep.equal([1, 5, 700])
    const refused = await intake.add(batchOf(1)).catch((error: unknown) => error)
    expect(refused).to.be.instanceOf(StoreUnavailable)
    expect((await store.counts()).messages).to.equal(706)
  })

  it('does not wait for a store in memory', async () => {
    const intake = new Intake(new MemoryStore(), rules)
    for (let i = 0; i < 3; i++) {
      let isTaken = false
      void intake.add(batchOf(1)).then(() => (isTaken = true))
      await new Promise((resolve) => setImmediate(resolve))
      expect(isTaken).to.equal(true)
    }
    await intake.close()
  })
})
