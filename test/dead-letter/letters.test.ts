// What is kept of messages that failed for good: each once, as it was sent or would have been.

import { setImmediate as nextTurn } from 'node:timers/promises'
import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import fc from 'fast-check'
import type { Analytics, AnalyticsOptions, Message, TrackCall } from '../../lib/index.js'
import { checkBooks, withCollector } from '../support/clients.js'
import { warningsOf } from '../support/warnings.js'
import { lettersIn, withFile, type Letter } from './folder.js'

const track = { userId: 'u1', event: 'Signed Up' }
const text = (call: unknown): TrackCall => call as TrackCall

describe('a dead letter', () => {
  it('has when and why it failed, and the message as it was sent, to the byte', () =>
    withFile((file) =>
      withCollector(async ({ collector, client }) => {
        collector.misbehave({ status: 403 })
        const analytics = client({ writeKey: 'the-secret-key', deadLetter: file })
        analytics.on('error', () => undefined)
        let body = ''
        analytics.on('http_request', (request) => (body = request.body))
        const before = Date.now()
        analytics.track({
          ...track,
          properties: {
            text: 'line\nü\ud800',
            number: 1e21,
            nested: { '1': null, b: [0.1] },
          },
        })
        await analytics.flush()
        const line = readFileSync(file, 'utf8')
        expect(line).to.match(
          /^\{"at":"[^"]+","code":"rejected","reason":"[^"]+","status":403,"message":\{"type":"track".*\}\}\n$/,
        )
        const message = /"message":(\{.*\})\}\n$/.exec(line)![1]!
        expect(body).to.include(`{"batch":[${message}]`)
        const [letter] = lettersIn(file)
        expect(Date.parse(letter!.at)).to.be.within(before, Date.now())
        expect(line).not.to.include('the-secret-key')
      }),
    ))

  it('is one line for every reader, also for those that end lines at U+2028', () =>
    withFile((file) =>
      withCollector(async ({ collector, client }) => {
        collector.misbehave({ status: 403 })
        const analytics = client({ deadLetter: file })
        analytics.on('error', () => undefined)
        const event = 'a\nb\rc\r\nd\u2028e\u2029f\u0085g'
        analytics.track({ userId: 'u1', event })
        await analytics.flush()
        expect(readFileSync(file, 'utf8').split(/[\n\r\u2028\u2029]/)).to.have.lengthOf(2)
        expect(lettersIn(file)[0]!.message!.event).to.equal(event)
      }),
    ))

  it('of any message that is JSON has what the server was given', () =>
    withFile((file) =>
      withCollector(async ({ collector, client }) => {
        collector.misbehave({ status: 401 })
        const sent: unknown[] = []
        const analytics = client({ deadLetter: file, flushAt: 1_000, maxMessageBytes: 1e6 })
        analytics.on('error', () => undefined)
        analytics.on('http_request', ({ body }) => {
          sent.push(...(JSON.parse(body) as { batch: unknown[] }).batch)
        })
        fc.assert(
          fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (properties) => {
            analytics.track({ ...track, properties })
          }),
        )
        await analytics.flush()
        expect(sent).to.have.lengthOf(100)
        expect(lettersIn(file).map(({ message }) => message)).to.deep.equal(sent)
      }),
    ))
})

interface Case {
  options?: Partial<AnalyticsOptions>
  /** What the server answers; by default it takes everything. */
  status?: number
  fail: (analytics: Analytics) => Promise<unknown> | undefined
  count?: number
  message?: Partial<Message> | null
}

const cases: Record<string, Case> = {
  rejected: { status: 401, fail: (analytics) => void analytics.track(track), message: track },
  retries_exhausted: {
    status: 500,
    options: { maxRetries: 0 },
    fail: (analytics) => void analytics.track(track),
    message: track,
  },
  message_too_large: {
    options: { maxMessageBytes: 300 },
    fail: (analytics) =>
      void analytics.track({ ...track, properties: { text: 'x'.repeat(1_000) } }),
    message: { ...track, properties: { text: 'x'.repeat(1_000) } },
  },
  not_serializable: {
    fail: (analytics) =>
      void analytics.track({
        ...track,
        get properties(): never {
          throw new Error('a getter')
        },
      }),
    message: null,
  },
  queue_full: {
    options: { maxQueueBytes: 1_000, flushAt: 10_000 },
    fail: (analytics) => {
      for (let i = 0; i < 100; i++) analytics.track(track)
      return undefined
    },
    count: 96,
    message: track,
  },
  'queue_full, the oldest': {
    options: { maxQueueBytes: 1_000, flushAt: 10_000, overflow: 'drop-oldest' },
    fail: (analytics) => {
      for (let i = 0; i < 100; i++) analytics.track(track)
      return undefined
    },
    count: 96,
    message: track,
  },
  closed: {
    fail: async (analytics) => {
      await analytics.close()
      analytics.track(track)
      await nextTurn()
    },
    message: track,
  },
  timeout: {
    // Nobody listens there: where somebody does, even a timeout of nothing may be enough.
    options: { host: 'http://127.0.0.1:1' },
    fail: async (analytics) => {
      analytics.track(track)
      await analytics.close({ timeout: 0 })
    },
    message: track,
  },
  middleware_failed: {
    fail: (analytics) => {
      analytics.use(() => {
        throw new Error('a bug')
      })
      analytics.track(track)
      return undefined
    },
    message: track,
  },
  invalid_message: {
    fail: (analytics) => void analytics.identify({ userId: '', traits: { plan: 'free' } }),
    message: { type: 'identify', userId: '', traits: { plan: 'free' } },
  },
}

describe('what has failed is kept once', () => {
  for (const [name, { options, status, fail, count = 1, message }] of Object.entries(cases)) {
    it(`as ${name}, with and without a listener`, () =>
      withCollector(async ({ collector, client }) => {
        for (const listens of [false, true]) {
          if (status !== undefined) collector.misbehave({ status })
          await withFile(async (file) => {
            const analytics = client({ onInvalid: 'report', deadLetter: file, ...options })
            if (listens) analytics.on('error', () => undefined)
            await fail(analytics)
            await analytics.flush()
            const letters = lettersIn(file)
            expect(letters.map(({ code }) => code)).to.deep.equal(
              Array<string>(count).fill(name.split(',')[0]!),
            )
            if (message) expect(letters[0]!.message).to.deep.include(message)
            else expect(letters[0]!.message).to.equal(null)
            const { failed, deadLettered } = analytics.stats()
            expect([failed, deadLettered]).to.deep.equal([count, count])
            const ids = letters.map((letter) => letter.message?.messageId)
            expect(new Set(ids).size, 'each once').to.equal(count)
            checkBooks(analytics)
          })
        }
      }))
  }

  it('and nothing else: not what is delivered, dropped by a middleware, or thrown', () =>
    withFile((file) =>
      withCollector(async ({ client }) => {
        const analytics = client({ onInvalid: 'throw', deadLetter: file })
        analytics.use((message) => (message.event === 'dropped' ? null : message))
        analytics.track(track)
        analytics.track({ userId: 'u1', event: 'dropped' })
        expect(() => analytics.track({ userId: '', event: 'E' })).to.throw('userId')
        await analytics.flush()
        expect(analytics.stats()).to.include({ delivered: 1, filtered: 1, deadLettered: 0 })
        expect(() => lettersIn(file)).to.throw('ENOENT')
      }),
    ))

  it('as it was before a callback or listener changed it, and before one ended the process', () =>
    withFile((file) =>
      withCollector(async ({ collector, client }) => {
        collector.misbehave({ status: 401 })
        const analytics = client({ deadLetter: file, maxMessageBytes: 300 })
        const seen: number[] = []
        analytics.on('error', ({ messages }) => {
          seen.push(lettersIn(file).length)
          for (const message of messages) message.event = 'changed'
        })
        const callback = (_error: unknown, { event }: { event: Message }): void => {
          seen.push(lettersIn(file).length)
          event.event = 'changed'
        }
        analytics.track(track, callback)
        await analytics.flush()
        analytics.track({ ...track, properties: { text: 'x'.repeat(300) } }, callback)
        await analytics.flush()
        expect(seen).to.deep.equal([1, 1, 2, 2])
        expect(lettersIn(file).map(({ message }) => message!.event)).to.deep.equal([
          track.event,
          track.event,
        ])
      }),
    ))
})

describe('the dead letter of an invalid call', () => {
  async function letterOf(call: unknown): Promise<Letter> {
    let letter: Letter | undefined
    await withFile((file) =>
      withCollector(async ({ client }) => {
        const analytics = client({ onInvalid: 'report', deadLetter: file })
        analytics.on('error', () => undefined)
        analytics.track(text(call))
        await nextTurn()
        const letters = lettersIn(file)
        expect(letters).to.have.lengthOf(1)
        letter = letters[0]!
      }),
    )
    return letter!
  }

  it("has what was passed, and the call's type, an id and the time, so that it can be corrected and sent", async () => {
    const { at, message } = await letterOf({ userId: 'u1', type: 'click', event: '' })
    expect(message).to.deep.include({ type: 'track', userId: 'u1', event: '', timestamp: at })
    expect(message!.messageId).to.have.lengthOf(36)
    const own = await letterOf({ event: 'E', messageId: 'm1', timestamp: 'yesterday', userId: 1 })
    expect(own.message).to.include({ messageId: 'm1', timestamp: 'yesterday' })
  })

  it('has BigInts and circles as they would be sent', async () => {
    const properties: Record<string, unknown> = { big: 10n }
    properties.self = properties
    const { message } = await letterOf({ properties, event: 'E' })
    expect(message!.properties).to.deep.equal({ big: '10', self: '[Circular]' })
  })

  for (const [what, call, expected] of [
    ['undefined', undefined, null],
    ['a function', () => undefined, null],
    ['a string', 'Signed Up', 'Signed Up'],
    ['an array', [1n], ['1']],
    ['a BigInt', 1n, '1'],
  ] as const) {
    it(`may be ${what}`, async () => {
      const letter = await letterOf(call)
      expect(letter.message).to.deep.equal(expected)
      expect(letter.code).to.equal('invalid_message')
    })
  }

  it('has what can be read, beside the message, if some of it cannot', async () => {
    const bad = {
      toJSON: () => {
        throw new Error('no')
      },
    }
    const letter = await letterOf({ userId: 'u1', event: 'E', properties: { bad }, x: undefined })
    expect(letter).to.deep.include({
      code: 'not_serializable',
      message: null,
      readable: { userId: 'u1', event: 'E' },
    })
    const nothing = new Proxy({}, { ownKeys: () => expect.fail('a trap') })
    expect(await letterOf(nothing)).to.deep.include({ message: null, readable: {} })
  })
})

describe('a burst of failing calls', () => {
  it('is kept as a whole, in order', () =>
    withFile((file) =>
      withCollector(async ({ client }) => {
        const analytics = client({ deadLetter: file, maxMessageBytes: 300 })
        analytics.on('error', () => undefined)
        // Of many sizes, and so with many reasons: none coalesces with another.
        for (let i = 0; i < 3_000; i++) {
          analytics.track({ userId: 'u', event: `${i} ${'x'.repeat(300 + (i % 7))}` })
        }
        await analytics.flush()
        const events = lettersIn(file).map(({ message }) => Number(message!.event!.split(' ')[0]))
        expect(events).to.deep.equal([...Array(3_000).keys()])
      }),
    ))
})

describe('a function for dead letters', () => {
  it('gets the messages and the error, without a warning that there is no listener', () =>
    withCollector(async ({ collector, client }) => {
      collector.misbehave({ status: 403 })
      const kept: [string, number | undefined, (string | undefined)[]][] = []
      const analytics = client({
        onInvalid: 'report',
        deadLetter: (messages, { code, status }) => {
          kept.push([code, status, messages.map(({ event }) => event)])
        },
      })
      const warnings = await warningsOf(async () => {
        analytics.track({ userId: '', event: 'invalid' })
        for (const event of ['a', 'b']) analytics.track({ userId: 'u1', event })
        await analytics.flush()
      })
      expect(kept).to.deep.equal([
        ['invalid_message', undefined, ['invalid']],
        ['rejected', 403, ['a', 'b']],
      ])
      expect(warnings).to.deep.equal([])
      expect(analytics.stats()).to.include({ failed: 3, deadLettered: 3 })
    }))

  it('may empty the array that it is given: callbacks and listeners get the messages all the same', () =>
    withCollector(async ({ client }) => {
      const queue: Message[] = []
      const analytics = client({
        onInvalid: 'report',
        deadLetter: (messages) => {
          queue.push(...(messages as Message[]).splice(0))
        },
      })
      const told: unknown[] = []
      analytics.on('error', ({ messages }) => told.push(messages.length))
      analytics.track({ userId: '', event: 'invalid' }, (error) => told.push(error?.code))
      await analytics.flush()
      expect(queue).to.have.lengthOf(1)
      expect(told).to.deep.equal(['invalid_message', 1])
    }))

  for (const [how, harm] of [
    [
      'throws',
      () => {
        throw new Error('a bug of the function')
      },
    ],
    ['rejects', async () => Promise.reject(new Error('a bug of the function'))],
  ] as const) {
    it(`that ${how} causes a warning, and listeners are still called`, () =>
      withCollector(async ({ collector, client }) => {
        collector.misbehave({ status: 403 })
        const analytics = client({ deadLetter: harm })
        let told = 0
        analytics.on('error', () => told++)
        const warnings = await warningsOf(async () => {
          analytics.track(track)
          await analytics.flush()
        })
        expect(told).to.equal(1)
        expect(warnings.map(({ code }) => code)).to.deep.equal(['SELFSAME_LISTENER_THREW'])
        expect(warnings[0]!.message).to.include('the function deadLetter threw')
      }))
  }

  it('that is asynchronous is waited for by flush()', () =>
    withCollector(async ({ collector, client }) => {
      collector.misbehave({ status: 403 })
      let done = false
      const analytics = client({
        deadLetter: async () => {
          for (let i = 0; i < 5; i++) await nextTurn()
          done = true
        },
      })
      analytics.track(track)
      await analytics.flush()
      expect(done).to.equal(true)
    }))

  it('that makes calls which fail does not stop the event loop', () =>
    withCollector(async ({ client }) => {
      let calls = 0
      const analytics: Analytics = client({
        onInvalid: 'report',
        deadLetter: () => {
          if (++calls < 10) analytics.track({ userId: '', event: 'E' })
        },
      })
      analytics.track({ userId: '', event: 'E' })
      await nextTurn()
      expect(calls, 'the loop turns meanwhile').to.be.lessThan(10)
      while (calls < 10) await nextTurn()
      expect(analytics.stats()).to.include({ failed: 10, deadLettered: 10 })
    }))
})
