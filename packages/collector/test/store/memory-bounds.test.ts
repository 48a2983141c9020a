// What a store in memory forgets, and what it does not.
import { expect } from 'chai'
import { MemoryStore } from '../../lib/store/memory/memory-store.js'
import { incoming, rowsOf, take } from './conformance/examples.js'

describe('a store in memory', () => {
  it('keeps the newest messages with their rows, and all profiles, users and counts', async () => {
    const store = new MemoryStore({ limit: 10 })
    for (let i = 0; i < 50; i++) {
      await take(store, [
        { messageId: `t${i}`, userId: `u${i}`, anonymousId: 'null', properties: { id: 'lost' } },
        { messageId: `i${i}`, type: 'identify', userId: `u${i}`, traits: { plan: 'pro' } },
      ])
    }
    const messages = await store.messages({ limit: 1000 })
    expect(messages.map(({ message }) => message.messageId)).to.deep.equal(
      [49, 48, 47, 46, 45].flatMap((i) => [`i${i}`, `t${i}`]),
    )
    expect(await rowsOf(store, 'tracks')).to.have.length(5)
    expect(await rowsOf(store, 'signed_up')).to.have.length(5)
    expect(await rowsOf(store, 'identifies')).to.have.length(5)
    expect(await rowsOf(store, 'users')).to.have.length(50)
    expect(await store.profiles({ limit: 1000 })).to.have.length(50)
    expect(await store.log('violations', { limit: 1000 })).to.have.length(10)
    expect(await store.log('id_graph_updates', { limit: 1000 })).to.have.length(10)
    expect(await rowsOf(store, 'discards')).to.have.length(10)
    expect(await store.counts()).to.deep.include({
      messages: 100,
      profiles: 50,
      identifiers: 50,
      violations: { 'ID value blocked': 50 },
    })
    await store.close()
  })

  it('names a space for as long as it has a message or a profile', async () => {
    const store = new MemoryStore({ limit: 2 })
    const nobody = { anonymousId: 'null' }
    await take(store, [incoming(nobody, { space: 'a' }), incoming({ userId: 'u' }, { space: 'b' })])
    expect(await store.spaces()).to.deep.equal(['a', 'b'])
    // The one message of a, which nobody sent, is let go; that of b has a profile.
    await take(store, [incoming(nobody, { space: 'c' }), incoming(nobody, { space: 'd' })])
    expect(await store.spaces()).to.deep.equal(['b', 'c', 'd'])
    const u = await store.profileOf('b', { type: 'user_id', value: 'u' })
    const failing = store.transaction(async (transaction) => {
      await transaction.erase('b', [u?.id ?? ''])
      throw new Error('taken back')
    })
    expect(await failing.catch((error: unknown) => (error as Error).message)).to.equal('taken back')
    expect(await store.spaces()).to.deep.equal(['b', 'c', 'd'])
    await store.transaction((transaction) => transaction.erase('b', [u?.id ?? '']))
    expect(await store.spaces()).to.deep.equal(['c', 'd'])
    await store.close()
  })

  it('looks at no message to name the spaces', async () => {
    const store = new MemoryStore()
    const messages = Array.from({ length: 20_000 }, (_, i) => ({ anonymousId: `a${i}` }))
    await take(store, messages)
    await take(store, [incoming({ userId: 'u' }, { space: 'other' })])
    const start = performance.now()
    for (let i = 0; i < 1000; i++) await store.spaces()
    const each = (performance.now() - start) / 1000
    // Looking at all of them takes about a millisecond.
    expect(each).to.be.below(0.1)
    await store.close()
  })

  it('takes in without waiting for a timer or for input and output', async () => {
    const store = new MemoryStore()
    let isTaken = false
    void take(store, [{ userId: 'u1' }]).then(() => (isTaken = true))
    await new Promise((resolve) => setImmediate(resolve))
    expect(isTaken).to.equal(true)
    await store.close()
  })

  it('keeps all of a larger transaction until its end', async () => {
    const store = new MemoryStore({ limit: 5 })
    await take(
      store,
      Array.from({ length: 20 }, (_, i) => ({ messageId: `m${i}`, userId: 'u1' })),
    )
    expect(await store.messages({})).to.have.length(5)
    expect((await store.counts()).messages).to.equal(20)
    await store.close()
  })
})
