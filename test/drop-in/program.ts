// A program as it was written for @segment/analytics-node 3.x. drop-in.test.ts runs it as it is, then with selfsame
// under that name. It prints what it has noticed, as JSON.
/* eslint @typescript-eslint/unbound-method: off, @typescript-eslint/no-deprecated: off -- such programs do this */
import { once } from 'node:events'
import { Analytics } from '@segment/analytics-node'

const host = process.env.COLLECTOR ?? ''
const writeKey = 'test'

type Note = string | number | boolean | undefined | Note[] | { [name: string]: Note }

/** Each section is told apart, so that a difference names what differs. */
const sections: Record<string, () => Promise<Note>> = {
  async 'the six calls, with callbacks and events'() {
    const analytics = new Analytics({ writeKey, host })
    const callbacks: Note[] = []
    const emitted: Record<string, Note[]> = {}
    let drained = 0
    for (const type of ['identify', 'track', 'page', 'screen', 'group', 'alias'] as const) {
      const users: Note[] = []
      emitted[type] = users
      analytics.on(type, ({ event }) => users.push([event.type, event.userId ?? 'nobody']))
    }
    analytics.on('drained', () => drained++)

    analytics.identify(
      {
        userId: 'user-1',
        anonymousId: 'anon-1',
        traits: {
          email: 'peter@example.com',
          plan: 'premium',
          createdAt: '2026-01-01',
          nothing: null,
        },
        timestamp: new Date('2026-01-02T03:04:05.678Z'),
        messageId: 'given-1',
      },
      (err, ctx) => callbacks.push([err === undefined, ctx?.event.type, ctx?.event.userId ?? '']),
    )
    analytics.identify({ userId: 'user-1' })
    analytics.track(
      {
        userId: 'user-1',
        event: 'Order Completed',
        properties: { revenue: 39.95, items: [{ sku: 'a' }, { sku: 'b' }], when: new Date(0) },
        context: { ip: '203.0.113.7', page: { url: 'https://example.com/' }, shop: { id: 7 } },
        integrations: { All: false, Amplitude: { session_id: 1 }, Mixpanel: true },
        timestamp: '2026-01-02T03:04:05.678Z',
      },
      (err, ctx) =>
        callbacks.push([err === undefined, ctx?.event.event, typeof ctx?.event.messageId]),
    )
    analytics.track({ anonymousId: 'anon-2', event: 'Viewed' })
    analytics.page({
      anonymousId: 'anon-2',
      name: 'Pricing',
      category: 'Docs',
      properties: { path: '/pricing' },
    })
    analytics.page({ anonymousId: 'anon-2' })
    analytics.screen({
      userId: 'user-1',
      name: 'Home',
      category: 'App',
      properties: { dark: true },
    })
    analytics.group({
      userId: 'user-1',
      groupId: 'group-1',
      traits: { name: 'Initech', employees: 40 },
    })
    analytics.group({ anonymousId: 'anon-2', groupId: 'group-1' })
    analytics.alias({ userId: 'user-1', previousId: 'anon-1' }, (err, ctx) =>
      callbacks.push([err === undefined, ctx?.event.type, ctx?.event.previousId ?? '']),
    )
    await analytics.closeAndFlush()
    // @segment/analytics-node calls back, and emits, in no order of its own: under load it differs from run to run.
    for (const users of Object.values(emitted)) users.sort()
    callbacks.sort()
    return { callbacks, emitted, drained }
  },

  async 'http_request and http_response'() {
    const analytics = new Analytics({ writeKey, host })
    const requests: Note[] = []
    const responses: Note[] = []
    analytics.on('http_request', ({ url, method, headers, body }) => {
      requests.push([pathOf(url), method, headers['Content-Type'], shapeOf(body)])
    })
    analytics.on('http_response', ({ url, status, statusText, headers, body }) => {
      responses.push([pathOf(url), status, statusText, headers['content-type'], shapeOf(body)])
    })
    analytics.track({ userId: 'user-1', event: 'First' })
    analytics.track({ userId: 'user-1', event: 'Second' })
    await analytics.flush()
    analytics.track({ userId: 'user-1', event: 'Third' })
    await analytics.closeAndFlush({ timeout: 5000 })
    return { requests, responses }
  },

  async 'calls after closeAndFlush()'() {
    const analytics = new Analytics({ writeKey, host })
    analytics.on('error', () => undefined)
    const late: Note[] = []
    analytics.on('call_after_close', (event) =>
      late.push([event.type, event.event, event.userId ?? '']),
    )
    analytics.track({ userId: 'user-1', event: 'In Time' })
    const closed = analytics.closeAndFlush({ timeout: 5000 })
    analytics.track({ userId: 'user-1', event: 'Too Late' })
    await closed
    analytics.identify({ userId: 'user-1', traits: { plan: 'basic' } })
    await nextTurn()
    return late
  },

  async 'flush() with a timeout, then closing'() {
    const analytics = new Analytics({ writeKey, host })
    const late: Note[] = []
    analytics.on('error', () => undefined)
    analytics.on('call_after_close', (event) => late.push(event.type))
    analytics.track({ userId: 'user-1', event: 'Before' })
    await analytics.flush({ timeout: 5000 })
    analytics.track({ userId: 'user-1', event: 'Between' })
    await analytics.flush({ timeout: 5000, close: true })
    analytics.track({ userId: 'user-1', event: 'After' })
    await nextTurn()
    return late
  },

  async 'methods taken off the client'() {
    const { identify, track, page, screen, group, alias, flush, closeAndFlush } = new Analytics({
      writeKey,
      host,
    })
    identify({ userId: 'user-2' })
    track({ userId: 'user-2', event: 'Taken' })
    page({ userId: 'user-2' })
    await flush()
    screen({ userId: 'user-2' })
    group({ userId: 'user-2', groupId: 'group-2' })
    alias({ userId: 'user-2', previousId: 'anon-3' })
    await closeAndFlush()
    return 'closed'
  },

  async 'an httpClient that is a function'() {
    const seen: Note[] = []
    const analytics = new Analytics({
      writeKey,
      host,
      httpClient: (url, init) => {
        const { method, headers, body } = init
        const signal: unknown = init.signal
        const sent = [pathOf(url), method, headers.Authorization, headers['Content-Type']]
        seen.push([...sent, typeof body, shapeOf(body), signal instanceof AbortSignal])
        return fetch(url, init)
      },
    })
    analytics.track({ userId: 'user-3', event: 'By A Function' })
    await analytics.closeAndFlush()
    return seen
  },

  async 'an httpClient that is an object with makeRequest'() {
    const seen: Note[] = []
    const analytics = new Analytics({
      writeKey,
      host,
      httpRequestTimeout: 1234,
      httpClient: {
        async makeRequest({ url, method, headers, body, httpRequestTimeout }) {
          seen.push([pathOf(url), method, typeof body, shapeOf(body), httpRequestTimeout])
          return fetch(url, { method, headers, body })
        },
      },
    })
    analytics.track({ userId: 'user-3', event: 'By An Object' })
    await analytics.closeAndFlush()
    return seen
  },

  async 'an httpClient whose answer is only a status'() {
    const analytics = new Analytics({
      writeKey,
      host,
      httpClient: () => Promise.resolve({ status: 200, statusText: 'OK' }),
    })
    const delivered = once(analytics as never, 'track')
    analytics.track({ userId: 'user-3', event: 'Into The Void' })
    await analytics.closeAndFlush()
    return (await delivered).length
  },

  async 'a refusal'() {
    const errors: Note[] = []
    const callbacks: Note[] = []
    let requests = 0
    const analytics = new Analytics({
      writeKey,
      host,
      httpClient: () => {
        requests++
        return Promise.resolve({ status: 401, statusText: 'Unauthorized', headers: {} })
      },
    })
    analytics.on('error', (err) => errors.push([typeof err.code, err.reason instanceof Error]))
    analytics.track({ userId: 'user-4', event: 'Refused' }, (err, ctx) =>
      callbacks.push([err instanceof Error, ctx?.event.event]),
    )
    await analytics.closeAndFlush()
    return { errors, callbacks, requests }
  },

  async 'retries, at most maxRetries'() {
    const counts: Note[] = []
    let errors = 0
    const analytics = new Analytics({
      writeKey,
      host,
      maxRetries: 2,
      httpClient: (_url, { headers }) => {
        counts.push(headers['X-Retry-Count'] ?? 'first')
        return Promise.resolve({ status: 500, statusText: 'Internal Server Error' })
      },
    })
    analytics.on('error', () => errors++)
    analytics.track({ userId: 'user-4', event: 'Tried Again' })
    await analytics.flush()
    return { counts, errors }
  },

  async 'httpRequestTimeout, then a retry that succeeds'() {
    let aborted = 0
    let errors = 0
    const analytics = new Analytics({
      writeKey,
      host,
      httpRequestTimeout: 100,
      httpClient: async (url, init) => {
        if (aborted > 0) return fetch(url, init)
        await once(init.signal as AbortSignal, 'abort')
        aborted++
        throw new Error('aborted')
      },
    })
    analytics.on('error', () => errors++)
    analytics.track({ userId: 'user-5', event: 'Late' })
    await analytics.closeAndFlush()
    return { aborted, errors }
  },

  async flushAt() {
    const analytics = new Analytics({ writeKey, host, flushAt: 2, flushInterval: 60_000 })
    const drained = once(analytics as never, 'drained')
    analytics.track({ userId: 'user-6', event: 'One' })
    analytics.track({ userId: 'user-6', event: 'Two' })
    await drained
    await analytics.closeAndFlush()
    return 'drained'
  },

  async maxEventsInBatch() {
    const analytics = new Analytics({ writeKey, host, maxEventsInBatch: 1, flushInterval: 60_000 })
    const drained = once(analytics as never, 'drained')
    analytics.track({ userId: 'user-6', event: 'Alone' })
    await drained
    await analytics.closeAndFlush()
    return 'drained'
  },

  async flushInterval() {
    const analytics = new Analytics({ writeKey, host, flushInterval: 50 })
    const drained = once(analytics as never, 'drained')
    // The interval's timer need not hold the process open, so something else has to.
    const awake = setInterval(() => undefined, 1000)
    analytics.track({ userId: 'user-6', event: 'Soon' })
    await drained
    clearInterval(awake)
    await analytics.closeAndFlush()
    return 'drained'
  },

  async 'host and path'() {
    const urls: string[] = []
    for (const settings of [
      {},
      { host: 'https://events.eu1.segmentapis.com' },
      { host: 'https://events.eu1.segmentapis.com/' },
      { host: 'https://example.com', path: '/collect/v1' },
      { host: 'https://example.com', path: 'collect/v1/' },
      { path: '/v1/b' },
    ]) {
      const analytics = new Analytics({
        writeKey,
        ...settings,
        httpClient: (url) => {
          urls.push(url)
          return Promise.resolve({ status: 200, statusText: 'OK' })
        },
      })
      analytics.track({ userId: 'user-7', event: 'Somewhere' })
      await analytics.closeAndFlush()
    }
    return urls
  },

  async disable() {
    let requests = 0
    const callbacks: Note[] = []
    const analytics = new Analytics({
      writeKey,
      host,
      disable: true,
      httpClient: () => {
        requests++
        return Promise.resolve({ status: 200, statusText: 'OK' })
      },
    })
    analytics.track({ userId: 'user-8', event: 'Never Sent' }, (err, ctx) =>
      callbacks.push([err === undefined, ctx?.event.event, ctx?.event.userId ?? '']),
    )
    await analytics.closeAndFlush()
    return { requests, callbacks }
  },

  async 'calls that are wrong'() {
    const analytics = new Analytics({ writeKey, host })
    const thrown = [
      () => analytics.track({ event: 'Nobody' } as never),
      () => analytics.track({ userId: 'user-9' } as never),
      () => analytics.track({ userId: 'user-9', event: 42 } as never),
      () => analytics.track({ userId: 'user-9', event: 'Odd', properties: 'text' } as never),
      () => analytics.identify({ userId: 'user-9', traits: 'premium' } as never),
      () => analytics.track(undefined as never),
      () => new Analytics({} as never),
      () => new Analytics({ writeKey, host: 'no host' }),
    ].map((call) => {
      try {
        call()
        return 'nothing'
      } catch (error) {
        return error instanceof Error
      }
    })
    await analytics.closeAndFlush()
    return thrown
  },
}

const notes: Record<string, Note> = {}
for (const [name, section] of Object.entries(sections)) notes[name] = await section()
console.log(JSON.stringify(notes))

function pathOf(url: string): string {
  return new URL(url).pathname
}

/** How many messages are in a request's body, and when it says that it was sent. */
function shapeOf(body: string): Note {
  const { batch, sentAt } = JSON.parse(body) as { batch: unknown[]; sentAt: string }
  return [batch.length, new Date(sentAt).toISOString() === sentAt]
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
