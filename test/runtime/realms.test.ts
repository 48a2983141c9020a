// Values of another realm (a vm context, as Jest has one), and a replaced global Promise.

import { expect } from 'chai'
import { runInNewContext } from 'node:vm'
import { memory, type AnalyticsError } from '../../lib/index.js'
import type { HttpFetch } from '../../lib/delivery/transport/http-client.js'
import { checkBooks, withCollector } from '../support/clients.js'
import { run } from '../support/programs.js'

// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- what the code gives, nobody can infer
const foreign = <T>(code: string): T => runInNewContext(code) as T
const call = { userId: 'u', event: 'E' }

describe('a value of another realm', () => {
  it('is serialised as one of this realm: dates, arrays, plain objects', () =>
    withCollector(async ({ collector, client }) => {
      const analytics = client()
      analytics.track({
        ...call,
        timestamp: foreign<Date>('new Date(0)'),
        properties: foreign('({ at: new Date(1), list: [1, { two: 2 }] })'),
      })
      analytics.identify({ userId: 'u', traits: foreign('({ createdAt: new Date(2) })') })
      expect(await analytics.flush()).to.include({ delivered: 2, failed: 0 })
      const [track, identify] = collector.messages
      expect(track).to.deep.include({
        originalTimestamp: '1970-01-01T00:00:00.000Z',
        properties: { at: '1970-01-01T00:00:00.001Z', list: [1, { two: 2 }] },
      })
      expect(identify!.traits).to.deep.equal({ createdAt: '1970-01-01T00:00:00.002Z' })
    }))

  it('keeps its message and code if it is an error that a middleware throws', () =>
    withCollector(async ({ client }) => {
      const analytics = client({ onInvalid: 'report' })
      const errors: AnalyticsError[] = []
      analytics.on('error', (error) => errors.push(error))
      analytics.use(() => {
        throw foreign<Error>('Object.assign(new TypeError("boom"), { code: "EBOOM" })')
      })
      analytics.track(call)
      await analytics.flush()
      expect(errors[0]).to.include({ code: 'middleware_failed' })
      expect(errors[0]!.cause).to.include({ message: 'boom', code: 'EBOOM', name: 'TypeError' })
    }))

  it('keeps its code if it is an error, or the cause of one, that an httpClient throws', () =>
    withCollector(async ({ client }) => {
      for (const thrown of [
        'Object.assign(new Error("boom"), { code: "EBOOM" })',
        'new Error("boom", { cause: Object.assign(new Error("inner"), { code: "EBOOM" }) })',
      ]) {
        const analytics = client({
          maxRetryDuration: 0,
          httpClient: foreign<HttpFetch>(`() => Promise.reject(${thrown})`),
        })
        const errors: AnalyticsError[] = []
        analytics.on('error', (error) => errors.push(error))
        analytics.track(call)
        await analytics.flush()
        expect(errors[0]!.cause).to.include({ message: 'boom', code: 'EBOOM' })
      }
    }))

  it('is awaited if it is a promise of an httpClient', () =>
    withCollector(async ({ client }) => {
      const analytics = client({
        httpClient: foreign<HttpFetch>(
          '() => Promise.resolve({ status: 200, text: () => Promise.resolve("") })',
        ),
      })
      analytics.track(call)
      expect(await analytics.flush()).to.include({ delivered: 1 })
    }))

  for (const [what, promiseOf] of Object.entries({
    'a promise': foreign<(value: unknown) => Promise<never>>('(value) => Promise.resolve(value)'),
    'a bare thenable': (value: unknown) =>
      ({ then: (resolve: (value: unknown) => void) => resolve(value) }) as Promise<never>,
  })) {
    it(`is awaited if it is ${what} of an outbox`, () =>
      withCollector(async ({ client }) => {
        const analytics = client({
          outbox: (settings) => {
            const inner = memory()(settings)
            // Not by replacing its methods, which call each other.
            return new Proxy(inner, {
              get: (_target, name) => {
                if (name === 'take') return () => promiseOf(inner.take())
                if (name === 'open') return () => promiseOf(undefined)
                const value: unknown = Reflect.get(inner, name, inner)
                return typeof value === 'function' ? (value.bind(inner) as unknown) : value
              },
            })
          },
        })
        analytics.track(call)
        expect(await analytics.flush()).to.include({ delivered: 1, pending: 0 })
        checkBooks(analytics)
      }))
  }
})

describe('an application that has replaced the global Promise before it imports selfsame', () => {
  for (const kind of ['a subclass', 'a foreign realm']) {
    it(`by that of ${kind}: an outbox on disk is read back, and delivered`, async () => {
      const program = new URL('programs/replaced-promise.js', import.meta.url)
      const { stdout, stderr } = await run(program, [kind])
      expect(stderr).to.equal('')
      expect(JSON.parse(stdout)).to.deep.equal({ delivered: 9000, failed: 0, pending: 0 })
    }).timeout(30_000)
  }
})
