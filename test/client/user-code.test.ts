// Listeners and callbacks that call back into the client: the counts hold, and each message ends once.

import { expect } from 'chai'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { Analytics, directory, type AnalyticsError, type Message } from '../../lib/index.js'
import type { AnalyticsOptions } from '../../lib/index.js'
import { checkBooks } from '../support/clients.js'
import { withOutbox } from '../support/outbox.js'
import { warningsOf } from '../support/warnings.js'

interface Server {
  /** The messageIds that arrived, in order. */
  ids: string[]
  /** Bodies that are not JSON. */
  broken: string[]
  httpClient: NonNullable<AnalyticsOptions['httpClient']>
}

/** An endpoint that accepts everything, and keeps what it cannot parse. */
function acceptingServer(): Server {
  const ids: string[] = []
  const broken: string[] = []
  return {
    ids,
    broken,
    httpClient: (_url, { body }) => {
      try {
        const { batch } = JSON.parse(body) as { batch: { messageId: string }[] }
        ids.push(...batch.map(({ messageId }) => messageId))
      } catch {
        broken.push(body)
      }
      return Promise.resolve({ status: 200 })
    },
  }
}

const text = (length: number): { text: string } => ({ text: 'x'.repeat(length) })

for (const kind of ['memory', 'directory'] as const) {
  describe(`a listener that tracks while the oldest messages are dropped (${kind})`, () => {
    it('changes no message, loses none and gets each outcome once', () =>
      withOutbox(async ({ path }) => {
        const server = acceptingServer()
        const analytics = new Analytics({
          writeKey: 'k',
          httpClient: server.httpClient,
          overflow: 'drop-oldest',
          maxQueueBytes: kind === 'memory' ? 20_000 : 60_000,
          maxBatchBytes: 4_000,
          flushAt: 2_500,
          ...(kind === 'directory' ? { outbox: directory(path) } : {}),
        })
        const ends = new Map<string, string[]>()
        let calls = 0
        const track = (): void => {
          const messageId = `m${calls++}`
          ends.set(messageId, [])
          analytics.track(
            {
              userId: 'u1',
              event: 'E',
              messageId,
              properties: text(calls % 2 === 0 ? 10 : 300),
            },
            (error) => ends.get(messageId)!.push(error?.code ?? 'delivered'),
          )
        }
        let replies = 0
        const reported: string[] = []
        analytics.on('error', ({ messages }) => {
          reported.push(...messages.map(({ messageId }) => messageId))
          checkBooks(analytics)
          if (replies++ < 400) track()
        })
        for (let i = 0; i < 4_000; i++) track()
        await analytics.close()
        // What the listener called after close() is reported in the next turns; it calls 400 times at most.
        for (let turn = 0; turn < 1_000; turn++) await nextTurn()

        expect(server.broken).to.deep.equal([])
        const { enqueued, delivered, failed, pending } = analytics.stats()
        expect({ enqueued, pending }).to.deep.equal({ enqueued: calls, pending: 0 })
        expect(server.ids).to.have.lengthOf(delivered)
        expect(new Set([...server.ids, ...reported]).size).to.equal(calls)
        expect(reported).to.have.lengthOf(failed)
        const wrong = [...ends].filter(([, told]) => told.length !== 1)
        expect(wrong, 'messages whose callback was not called exactly once').to.deep.equal([])
      })).timeout(30_000)
  })
}

describe('a listener of a failed call', () => {
  it('runs after the call, however many calls fail in one turn', async () => {
    const analytics = new Analytics({ writeKey: 'k', httpClient: acceptingServer().httpClient })
    analytics.on('error', () => undefined)
    let inside = false
    let ranInside = 0
    let ends = 0
    for (let i = 0; i < 3_000; i++) {
      const getters = {
        get text() {
          inside = true
          return 'x'.repeat(40_000)
        },
      }
      analytics.track({ userId: 'u', event: 'E', properties: getters }, () => {
        ends++
        // What was called is complete: the counts balance, and this message is among them.
        const { enqueued, failed, delivered, pending } = analytics.stats()
        if (enqueued !== failed + delivered + pending || enqueued < ends) ranInside++
      })
      inside = false
    }
    expect(inside).to.equal(false)
    await analytics.close()
    expect({ ends, ranInside }).to.deep.equal({ ends: 3_000, ranInside: 0 })
  })

  it('is called again after one that throws what cannot be read', async () => {
    const analytics = new Analytics({
      writeKey: 'k',
      httpClient: acceptingServer().httpClient,
      maxMessageBytes: 1_000,
    })
    const unreadable = new Proxy(
      {},
      {
        get: () => {
          throw new Error('no')
        },
        getPrototypeOf: () => {
          throw new Error('no')
        },
      },
    )
    let told = 0
    analytics.on('error', () => {
      told++
      // eslint-disable-next-line @typescript-eslint/only-throw-error -- that is what this test is about
      throw unreadable
    })
    await warningsOf(async () => {
      for (let i = 0; i < 3; i++) {
        analytics.track({ userId: 'u', event: 'E', properties: text(2_000) })
        await analytics.flush()
      }
    })
    await analytics.close()
    expect(told).to.equal(3)
  })
})

describe('a middleware that makes very many calls, which it may not', () => {
  it('has no listener run within it, whose own calls would be refused as well', async () => {
    const server = acceptingServer()
    const analytics = new Analytics({ writeKey: 'k', httpClient: server.httpClient })
    analytics.use((message) => {
      if (message.event === 'Many') {
        for (let i = 0; i < 1_500; i++) analytics.track({ userId: 'u', event: 'Within' })
      }
      return message
    })
    const codes = new Set<string>()
    let answers = 0
    analytics.on('error', ({ code }) => {
      codes.add(code)
      if (answers++ === 0)
        analytics.track({ userId: 'u', event: 'Of a listener', messageId: 'answer' })
    })
    analytics.track({ userId: 'u', event: 'Many', messageId: 'many' })
    expect(await analytics.close()).to.deep.equal({ delivered: 2, failed: 1_500, pending: 0 })
    expect([...codes]).to.deep.equal(['middleware_failed'])
    expect(server.ids.sort()).to.deep.equal(['answer', 'many'])
  })
})

describe('call_after_close', () => {
  it('is emitted within the call, as by @segment/analytics-node', async () => {
    const analytics = new Analytics({ writeKey: 'k', httpClient: acceptingServer().httpClient })
    await analytics.close()
    const told: Message[] = []
    const codes: string[] = []
    analytics.on('call_after_close', (message) => told.push(message))
    analytics.on('error', ({ code }: AnalyticsError) => codes.push(code))
    analytics.track({ userId: 'u', event: 'Late' })
    expect(told).to.have.lengthOf(1)
    expect(told[0]).to.include({ event: 'Late', type: 'track' })
    await analytics.flush()
    expect(told).to.have.lengthOf(1)
    expect(codes).to.deep.equal(['closed'])
  })

  it('does not recurse if its listener calls again, and reports each call once', async () => {
    const analytics = new Analytics({ writeKey: 'k', httpClient: acceptingServer().httpClient })
    await analytics.close()
    const told: string[] = []
    let depth = 0
    let deepest = 0
    analytics.on('call_after_close', ({ event }) => {
      told.push(String(event))
      depth++
      deepest = Math.max(deepest, depth)
      if (told.length < 50) analytics.track({ userId: 'u', event: `Again ${told.length}` })
      depth--
    })
    analytics.track({ userId: 'u', event: 'First' })
    while (told.length < 50) await nextTurn()
    await analytics.flush()
    expect(deepest).to.equal(1)
    expect(new Set(told).size).to.equal(50)
    checkBooks(analytics)
  })
})

describe('a call near the end of the stack', () => {
  it('either throws or is accepted, never both', async () => {
    const server = acceptingServer()
    let thrown = 0
    let accepted = 0
    let reported = 0
    const makeClient = (): Analytics => {
      const analytics = new Analytics({ writeKey: 'k', httpClient: server.httpClient })
      analytics.on('error', ({ messages }) => (reported += messages.length))
      return analytics
    }
    const clients: Analytics[] = []
    // Each client meets its first call, which opens a lane and hooks the process, at another depth.
    for (let padding = 0; padding < 8; padding++) {
      const analytics = makeClient()
      clients.push(analytics)
      let before = 0
      let calls = 0
      const descend = (): void => {
        try {
          descend()
        } catch (error) {
          if (!(error instanceof RangeError)) throw error
        }
        if (calls > 60) return
        calls++
        try {
          analytics.track({ userId: 'u', event: 'E' })
          accepted++
        } catch {
          thrown++
        }
      }
      const descendWith = (left: number): void => (left === 0 ? descend() : descendWith(left - 1))
      before += padding
      descendWith(before)
    }
    let enqueued = 0
    for (const analytics of clients) {
      checkBooks(analytics)
      enqueued += analytics.stats().enqueued
    }
    expect({ enqueued }).to.deep.equal({ enqueued: accepted })
    expect(thrown, 'the end of the stack was met').to.be.above(0)
    const counts = await Promise.all(clients.map((client) => client.close()))
    // What the outbox had no stack left for is reported as failed; all else arrives.
    const failed = counts.reduce((sum, each) => sum + each.failed, 0)
    expect(counts.every(({ pending }) => pending === 0)).to.equal(true)
    expect(server.ids.length + failed).to.equal(accepted)
    expect(reported).to.equal(failed)
    expect(server.broken).to.deep.equal([])
  }).timeout(30_000)
})

describe('a callback whose call fails in the same way as one that waits to be reported', () => {
  it('does not keep later failures from being reported', async () => {
    const analytics = new Analytics({ writeKey: 'k', onInvalid: 'report', maxMessageBytes: 1_000 })
    const reported: string[] = []
    analytics.on('error', ({ code, messages }) => reported.push(...messages.map(() => code)))
    const failInvalid = (): void => void analytics.track({ userId: 'u1', event: '' })
    analytics.track({ userId: 'u1', event: 'E', properties: text(2_000) }, failInvalid)
    failInvalid()
    await nextTurn()
    expect(reported).to.deep.equal(['message_too_large', 'invalid_message', 'invalid_message'])
    failInvalid()
    await nextTurn()
    expect(reported).to.have.lengthOf(4)
    await analytics.close()
  })
})
