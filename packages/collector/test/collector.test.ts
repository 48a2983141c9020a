// The collector as an object: events, iteration, waiting, down and up, bounds.
import { createServer } from 'node:net'
import { expect } from 'chai'
import { type Collector, startCollector } from '../lib/index.js'
import { eachWithCollector, failureOf, next, postBatch, send, track } from './client.js'

const rejectionOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'resolved',
    (error: unknown) => String(error),
  )

const ids = (messages: readonly { messageId: string }[]) => messages.map((m) => m.messageId)

describe('a collector', () => {
  const collector = eachWithCollector()

  it('listens on loopback, on a free port', () => {
    expect(collector().port).to.be.above(0)
    expect(collector().url).to.equal(`http://127.0.0.1:${collector().port}`)
  })

  it('rejects where its port is taken', async () => {
    expect(await rejectionOf(startCollector({ port: collector().port }))).to.include('EADDRINUSE')
  })

  it('is closed once and for all', async () => {
    await postBatch(collector(), [track('a')])
    await Promise.all([collector().close(), collector().close()])
    await collector().close()
    expect(await failureOf(postBatch(collector(), [track('b')]))).to.equal('ECONNREFUSED')
    expect(await rejectionOf(collector().up())).to.include('the collector is closed')
    expect(ids(collector().messages)).to.deep.equal(['a'])
  })

  it('is closed at the end of its block by await using', async () => {
    let outer: Collector
    {
      await using inner = await startCollector()
      outer = inner
      expect(await postBatch(inner, [track('a')])).to.include({ status: 200 })
    }
    expect(await failureOf(postBatch(outer, [track('a')]))).to.equal('ECONNREFUSED')
  })

  it('forgets everything at clear(), the messageIds too', async () => {
    await postBatch(collector(), [track('a'), track('a'), {}])
    collector().clear()
    expect(collector()).to.include({ accepted: 0, duplicates: 0 })
    expect(collector().messages).to.deep.equal([])
    expect(collector().rejected).to.deep.equal([])
    expect(collector().requests).to.deep.equal([])
    await postBatch(collector(), [track('a')])
    expect(ids(collector().messages)).to.deep.equal(['a'])
  })
})

describe('its events', () => {
  const collector = eachWithCollector()

  it('tell of each message, request and rejection before the client has its answer', async () => {
    const told: unknown[] = []
    collector().on('message', (message) => told.push(message.messageId))
    collector().on('rejected', ({ code }) => told.push(code))
    collector().on('request', ({ status }) => told.push(status))
    await postBatch(collector(), [track('a'), {}, track('b')])
    expect(told).to.deep.equal(['a', 'type_not_known', 'b', 200])
  })

  it('a listener that throws or rejects stops nothing, and is found in errors', async () => {
    const heard: string[] = []
    collector().on('message', () => {
      throw new Error('thrown')
    })
    const rejecting = (): unknown => Promise.reject(new Error('rejected'))
    collector().on('message', rejecting)
    collector().once('message', ({ messageId }) => heard.push(messageId))
    collector().on('request', () => {
      throw new Error('at the request')
    })
    const reply = await postBatch(collector(), [track('a'), track('b')])
    expect(reply.status).to.equal(200)
    expect(ids(collector().messages)).to.deep.equal(['a', 'b'])
    expect(heard).to.deep.equal(['a'])
    expect(collector().errors.map(String).sort()).to.deep.equal([
      'Error: at the request',
      'Error: rejected',
      'Error: rejected',
      'Error: thrown',
      'Error: thrown',
    ])
  })
})

describe('for await (const message of collector)', () => {
  const collector = eachWithCollector()

  it('yields from the first kept message on, waits for more, and ends when it is closed', async () => {
    await postBatch(collector(), [track('a'), track('b')])
    const seen: string[] = []
    for await (const { messageId } of collector()) {
      seen.push(messageId)
      if (messageId === 'b') void postBatch(collector(), [track('c')])
      if (messageId === 'c') void collector().close()
    }
    expect(seen).to.deep.equal(['a', 'b', 'c'])
  })

  it('can be done by several at once', async () => {
    const read = async () => {
      const seen: string[] = []
      for await (const { messageId } of collector()) {
        if (seen.push(messageId) === 3) break
      }
      return seen
    }
    const both = Promise.all([read(), read()])
    await postBatch(collector(), [track('a')])
    await postBatch(collector(), [track('b'), track('c')])
    expect(await both).to.deep.equal([
      ['a', 'b', 'c'],
      ['a', 'b', 'c'],
    ])
  })

  it('goes on after clear() with what comes then', async () => {
    await postBatch(collector(), [track('a'), track('b')])
    const messages = collector()[Symbol.asyncIterator]()
    expect((await messages.next()).value).to.include({ messageId: 'a' })
    collector().clear()
    const following = messages.next()
    await postBatch(collector(), [track('c')])
    expect((await following).value).to.include({ messageId: 'c' })
  })
})

describe('waitFor', () => {
  const collector = eachWithCollector()

  it('resolves with the messages when so many have arrived, at once where they have', async () => {
    const waiting = collector().waitFor(2)
    await postBatch(collector(), [track('a')])
    await postBatch(collector(), [track('b')])
    expect(ids(await waiting)).to.deep.equal(['a', 'b'])
    expect(ids(await collector().waitFor(1))).to.deep.equal(['a', 'b'])
    expect(await startCollector().then((c) => c.close().then(() => c.waitFor(0)))).to.deep.equal([])
  })

  it('resolves when its condition is true', async () => {
    const waiting = collector().waitFor((messages) => messages.some((m) => m.event === 'Paid'))
    await postBatch(collector(), [track('a')])
    await postBatch(collector(), [track('b', { event: 'Paid' })])
    expect(ids(await waiting)).to.deep.equal(['a', 'b'])
  })

  it('rejects at its timeout, and says what had arrived', async () => {
    await postBatch(collector(), [track('a'), track('a'), { type: 'page' }])
    expect(await rejectionOf(collector().waitFor(3, { timeout: 20 }))).to.equal(
      'Error: waitFor: waited 20 ms for 3 messages; 1 had arrived: track "Signed Up"; ' +
        '1 were duplicates, 1 were rejected (no_user_anon_id)',
    )
    expect(await rejectionOf(collector().waitFor(() => false, { timeout: 0 }))).to.include(
      'for its condition; 1 had arrived',
    )
  })

  it('names what had arrived by type and name, ten messages at most', async () => {
    const rest = Array.from({ length: 9 }, (_, index) => track(`r${index}`, { event: 'Rest' }))
    await postBatch(collector(), [
      { type: 'identify', userId: 'u1', messageId: 'a', traits: { email: 'peter@example.com' } },
      track('b', { event: 'Signed Up', properties: { plan: 'premium' } }),
      { type: 'page', userId: 'u1', messageId: 'c', name: 'Two\nlines' },
      track('d', { event: 'x'.repeat(100) }),
      ...rest,
    ])
    const error = await rejectionOf(collector().waitFor(14, { timeout: 0 }))
    expect(error).to.include(
      `; 13 had arrived: identify, track "Signed Up", page "Two\\nlines", track "${'x'.repeat(60)}…", ` +
        `${Array<string>(6).fill('track "Rest"').join(', ')} and 3 more; 0 were duplicates`,
    )
    expect(error).not.to.match(/u1|example|premium/)
  })

  it('counts what had arrived if nothing is kept', async () => {
    const counting = await startCollector({ keep: false })
    try {
      await postBatch(counting, [track('a')])
      const error = await rejectionOf(counting.waitFor(2, { timeout: 0 }))
      expect(error).to.include('; 1 had arrived; 0 were duplicates')
    } finally {
      await counting.close()
    }
  })

  it('rejects when the collector is closed', async () => {
    const waiting = rejectionOf(collector().waitFor(1, { timeout: Infinity }))
    await collector().close()
    expect(await waiting).to.include('the collector is closed; 0 had arrived')
  })

  it('rejects with what its condition throws', async () => {
    const waiting = rejectionOf(
      collector().waitFor((messages) => {
        if (messages.length > 0) throw new Error('a bug of the test')
        return false
      }),
    )
    await postBatch(collector(), [track('a')])
    expect(await waiting).to.equal('Error: a bug of the test')
  })

  it('rejects wrong arguments', async () => {
    for (const wrong of [NaN, -1, undefined, null]) {
      expect(await rejectionOf(collector().waitFor(wrong!))).to.match(/^TypeError/)
    }
    expect(await rejectionOf(collector().waitFor(1, { timeout: NaN }))).to.match(/^TypeError/)
  })
})

describe('down and up', () => {
  const collector = eachWithCollector()

  it('refuse connections, then take them again on the same port', async () => {
    await postBatch(collector(), [track('a')])
    const { port, url } = collector()
    await collector().down()
    await collector().down()
    expect(await failureOf(postBatch(collector(), [track('b')]))).to.equal('ECONNREFUSED')
    await collector().up()
    await collector().up()
    expect(collector()).to.include({ port, url })
    expect(await postBatch(collector(), [track('a'), track('b')])).to.include({ status: 200 })
    expect(ids(collector().messages)).to.deep.equal(['a', 'b'])
    expect(collector().duplicates).to.equal(1)
  })

  it('break what is under way, which is noted as reset', async () => {
    const noted = next(collector(), 'request')
    const asked = new Promise<void>((resolve) => {
      collector().misbehave(() => {
        resolve()
        return { delay: 60_000, store: false }
      })
    })
    const failure = failureOf(postBatch(collector(), [track('a')]))
    await asked
    await collector().down()
    await noted
    expect(await failure).to.equal('ECONNRESET')
    expect(collector().requests[0]).to.include({ status: 'reset' })
    expect(collector().accepted).to.equal(0)
  })

  it('happen one after the other, however they are called', async () => {
    void collector().down()
    void collector().up()
    void collector().down()
    await collector().up()
    expect(await postBatch(collector(), [track('a')])).to.include({ status: 200 })
  })

  it('reject where another took the port meanwhile', async () => {
    const { port } = collector()
    await collector().down()
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(port, '127.0.0.1', resolve))
    expect(await rejectionOf(collector().up())).to.include('EADDRINUSE')
    await new Promise((resolve) => other.close(resolve))
    await collector().up()
    expect(await postBatch(collector(), [track('a')])).to.include({ status: 200 })
  })
})

describe('what it keeps', () => {
  it('is only counted with keep: false, in little memory', async () => {
    const collector = await startCollector({ keep: false })
    try {
      const heard: string[] = []
      collector.on('message', ({ messageId }) => heard.push(messageId))
      await postBatch(collector, [track('a'), track('b'), track('b'), track('c', { event: 1 })])
      expect(collector).to.include({ accepted: 2, duplicates: 1 })
      expect(collector.messages).to.deep.equal([])
      expect(heard).to.deep.equal(['a', 'b'])
      expect(collector.rejected[0]).to.include({ code: 'event_not_string' })
      expect(collector.rejected[0]).not.to.have.property('message')
      expect(await collector.waitFor(2)).to.deep.equal([])
      expect(await rejectionOf(collector.waitFor(() => true))).to.match(/^TypeError/)
      expect(await rejectionOf(collector[Symbol.asyncIterator]().next())).to.match(/^TypeError/)
    } finally {
      await collector.close()
    }
  })

  it('of rejections is the last 1,000', async () => {
    const collector = await startCollector()
    try {
      const bad = Array.from({ length: 1500 }, (_, i) => ({ i }))
      await postBatch(collector, bad)
      expect(collector.rejected).to.have.length(1000)
      expect(collector.rejected.at(-1)?.message).to.deep.equal({ i: 1499 })
    } finally {
      await collector.close()
    }
  })

  it('takes 20,000 messages of batches quickly, in order', async () => {
    const collector = await startCollector()
    try {
      const bodies = Array.from({ length: 20 }, (_, b) =>
        JSON.stringify({ batch: Array.from({ length: 1000 }, (_, i) => track(`${b}-${i}`)) }),
      )
      const started = performance.now()
      for (const body of bodies) await send(collector, '/v1/batch', body)
      expect(performance.now() - started).to.be.below(4000)
      expect(collector.messages).to.have.length(20_000)
      expect(collector.messages.at(-1)?.messageId).to.equal('19-999')
    } finally {
      await collector.close()
    }
  })
})
