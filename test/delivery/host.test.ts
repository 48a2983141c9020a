// Nothing of the host's reaches our requests, and nothing that its code does wrong reaches our delivery.

import axios from 'axios'
import { expect } from 'chai'
import { AsyncLocalStorage } from 'node:async_hooks'
import { once } from 'node:events'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { Analytics, type AnalyticsError, type HttpClientResponse } from '../../lib/index.js'
import { checkBooks, withCollector } from '../support/clients.js'
import { warningsOf } from '../support/warnings.js'

const track = { userId: 'u1', event: 'Signed Up' }

describe("the application's own axios", () => {
  it('passes no defaults to our requests: no credentials, headers or parameters', () =>
    withCollector(async ({ collector, client }) => {
      const { defaults } = axios
      Object.assign(axios.defaults, {
        auth: { username: 'app', password: 'secret' },
        params: { api_key: 'secret' },
        baseURL: 'http://127.0.0.1:1/elsewhere',
        timeout: 1,
      })
      axios.defaults.headers.common['x-internal'] = 'secret'
      const interceptor = axios.interceptors.request.use(() => expect.fail('intercepted'))
      try {
        const analytics = client()
        analytics.track(track)
        expect(await analytics.flush()).to.deep.equal({ delivered: 1, failed: 0, pending: 0 })
        expect(collector.requests[0]?.headers).not.to.have.property('x-internal')
        expect(collector.requests[0]?.path).to.equal('/v1/batch')
      } finally {
        delete defaults.auth
        delete defaults.baseURL
        Object.assign(defaults, { params: undefined, timeout: 0 })
        delete axios.defaults.headers.common['x-internal']
        axios.interceptors.request.eject(interceptor)
      }
    }))
})

describe('what cannot even be read', () => {
  const hostile: Record<string, unknown> = {
    'an object without a prototype': Object.create(null) as unknown,
    null: null,
    'an Error whose stack throws': Object.defineProperty(new Error('x'), 'stack', {
      get: () => {
        throw new Error('no stack')
      },
    }),
    'a Proxy that throws': new Proxy(
      {},
      {
        get: () => {
          throw new Error('get')
        },
        getPrototypeOf: () => {
          throw new Error('getPrototypeOf')
        },
      },
    ),
  }

  for (const [name, thrown] of Object.entries(hostile)) {
    it(`${name}, thrown by listeners and callbacks, harms nothing`, () =>
      withCollector(async ({ collector, client }) => {
        const throws = (): never => {
          throw thrown
        }
        const analytics = client({ onInvalid: 'report' })
        for (const event of ['track', 'error', 'http_request', 'http_response', 'drained'] as const)
          analytics.on(event, throws)
        let called = 0
        const warnings = await warningsOf(async () => {
          analytics.track({ event: 'nobody' } as never, throws)
          analytics.track(track, throws)
          // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- whatever it is
          analytics.track(track, () => Promise.reject(thrown))
          analytics.track(track, () => called++)
          expect(await analytics.flush()).to.deep.equal({ delivered: 3, failed: 1, pending: 0 })
        })
        expect(called).to.equal(1)
        expect(collector.requests).to.have.lengthOf(1)
        expect(warnings.map(({ code }) => code)).to.include('SELFSAME_LISTENER_THREW')
      }))

    it(`${name}, thrown by a getter of a message, fails that message alone`, () =>
      withCollector(async ({ client }) => {
        const analytics = client({ onInvalid: 'report' })
        analytics.on('error', () => undefined)
        const properties = {
          get total(): never {
            throw thrown
          },
        }
        expect(analytics.track({ ...track, properties })).to.equal(true)
        analytics.track(track)
        expect(await analytics.flush()).to.deep.equal({ delivered: 1, failed: 1, pending: 0 })
      }))

    it(`${name}, thrown by an httpClient, is an outage`, async () => {
      let tries = 0
      const analytics = new Analytics({
        writeKey: 'k',
        httpClient: () => {
          if (++tries === 1) throw thrown
          return Promise.resolve({ status: 200 })
        },
      })
      analytics.track(track)
      expect(await analytics.close()).to.deep.equal({ delivered: 1, failed: 0, pending: 0 })
      expect(tries).to.equal(2)
    })
  }
})

describe('a 2xx of a custom httpClient is a delivery, whatever else is wrong with it', () => {
  const throwing = (): never => {
    throw new Error('broken')
  }
  const answers: Record<string, HttpClientResponse> = {
    'headers that throw': { status: 200, headers: { entries: throwing } },
    'headers that are no pairs': { status: 200, headers: { entries: () => [1, 2] as never } },
    'a Map with numbers as names': { status: 200, headers: new Map([[1, 'one']]) as never },
    'a body that breaks off': {
      status: 200,
      arrayBuffer: () => Promise.reject(new Error('reset')),
    },
    'a body that throws': { status: 200, text: throwing },
  }
  for (const [name, answer] of Object.entries(answers)) {
    it(name, async () => {
      let requests = 0
      const analytics = new Analytics({
        writeKey: 'k',
        httpClient: () => {
          requests++
          return Promise.resolve(answer)
        },
      })
      analytics.track(track)
      expect(await analytics.close()).to.deep.equal({ delivered: 1, failed: 0, pending: 0 })
      expect(requests).to.equal(1)
    })
  }

  it('its Retry-After is understood, in whatever kind of headers', async () => {
    for (const headers of [
      { 'Retry-After': '1' },
      new Headers({ 'retry-after': '1' }),
      new Map([['Retry-After', '1']]),
    ]) {
      const answered: HttpClientResponse[] = [{ status: 429, headers: headers }, { status: 200 }]
      const analytics = new Analytics({
        writeKey: 'k',
        httpClient: () => Promise.resolve(answered.shift()!),
      })
      analytics.track(track)
      const started = performance.now()
      await analytics.close()
      expect(performance.now() - started).to.be.at.least(1_000)
    }
  })

  it('no status, or no answer at all, is an outage', async () => {
    const answered: unknown[] = [undefined, {}, { status: '200' }, { status: 200 }]
    const analytics = new Analytics({
      writeKey: 'k',
      httpClient: () => Promise.resolve(answered.shift() as never),
    })
    analytics.track(track)
    expect(await analytics.close()).to.deep.equal({ delivered: 1, failed: 0, pending: 0 })
    expect(answered).to.have.lengthOf(0)
  })
})

describe('timers that are numbers, as in jsdom', () => {
  it('serve as well', () =>
    withCollector(async ({ client }) => {
      const { setTimeout: real } = globalThis
      globalThis.setTimeout = ((callback: () => void, ms: number) =>
        Number(real(callback, ms))) as never
      try {
        const analytics = client({ flushInterval: 20 })
        analytics.track(track)
        await once(analytics, 'track')
      } finally {
        globalThis.setTimeout = real
      }
    }))
})

describe('the asynchronous context of a request', () => {
  it('is that of the call in its callback, whichever call sent the batch', () =>
    withCollector(async ({ client }) => {
      const requests = new AsyncLocalStorage<string>()
      const analytics = client({ flushAt: 2 })
      const seen: (string | undefined)[] = []
      for (const request of ['A', 'B', 'C']) {
        requests.run(request, () => analytics.track(track, () => seen.push(requests.getStore())))
      }
      await analytics.flush()
      expect(seen).to.deep.equal(['A', 'B', 'C'])
    }))
})

describe('failures without a listener', () => {
  it('keep nothing of what was passed: a burst of large invalid calls does not fill the memory', () =>
    withCollector(async ({ client }) => {
      const analytics = client({ onInvalid: 'report' })
      const before = process.memoryUsage().rss
      await warningsOf(async () => {
        for (let i = 0; i < 900; i++)
          analytics.track({ event: 'E', properties: { list: new Array(100_000).fill(i) } } as never)
        await nextTurn()
      })
      expect(process.memoryUsage().rss - before).to.be.below(300 * 1024 * 1024)
      expect(analytics.stats().failedByCode).to.deep.equal({ invalid_message: 900 })
    }))
})

describe('re-entrance', () => {
  it('flush() within a callback covers what was called since', () =>
    withCollector(async ({ collector, client }) => {
      const analytics = client({ flushAt: 10 })
      const inner = new Promise<unknown>((resolve) => {
        for (let i = 0; i < 10; i++) {
          analytics.track(track, () => {
            if (i > 0) return
            for (let j = 0; j < 5; j++) analytics.track(track)
            void analytics.flush().then(resolve)
          })
        }
      })
      expect(await inner).to.deep.equal({ delivered: 15, failed: 0, pending: 0 })
      expect(collector.messages).to.have.lengthOf(15)
    }))

  it('an asynchronous callback that awaits flush() does not wait for itself', () =>
    withCollector(async ({ client }) => {
      const analytics = client()
      const took = new Promise<number>((resolve) => {
        analytics.track(track, async () => {
          const started = performance.now()
          await analytics.flush()
          resolve(performance.now() - started)
        })
      })
      await analytics.flush()
      expect(await took).to.be.below(500)
    }))

  it('the books balance in every listener and callback', () =>
    withCollector(async ({ collector, client }) => {
      collector.misbehave({ status: 401 })
      const analytics = client({ flushAt: 5, maxQueueBytes: 3_000, onInvalid: 'report' })
      let checks = 0
      const check = (): void => {
        checkBooks(analytics)
        checks++
      }
      const errors: AnalyticsError[] = []
      analytics.on('error', (error) => errors.push(error))
      for (const event of [
        'error',
        'track',
        'drain',
        'drained',
        'http_request',
        'http_response',
      ] as const)
        analytics.on(event, check)
      for (let i = 0; i < 50; i++) {
        analytics.track(
          i % 10 === 0 ? ({} as never) : { ...track, properties: { text: 'x'.repeat(100) } },
          check,
        )
        if (i % 7 === 0) await nextTurn()
      }
      await analytics.flush()
      expect(checks).to.be.above(50)
      expect(errors.flatMap(({ messages }) => messages)).to.have.lengthOf(analytics.stats().failed)
    }))
})

describe('several requests at a time', () => {
  it('do not forget the interval of a message called while all are busy', () =>
    withCollector(async ({ collector, client }) => {
      collector.misbehave({ delay: 1_500 }, { delay: 100 })
      const analytics = client({ maxInFlight: 2, flushAt: 2, flushInterval: 200 })
      for (let i = 0; i < 2; i++) analytics.track(track)
      await once(analytics, 'http_request')
      for (let i = 0; i < 2; i++) analytics.track(track)
      await once(analytics, 'http_request')
      const called = performance.now()
      analytics.track({ ...track, event: 'alone' })
      await new Promise<void>((resolve) => {
        analytics.on('track', ({ event }) => {
          if (event.event === 'alone') resolve()
        })
      })
      expect(performance.now() - called).to.be.below(1_000)
    }))
})
