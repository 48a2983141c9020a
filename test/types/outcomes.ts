// What a client answers: callbacks, events, counts, and its end with `await using`.
import { once } from 'node:events'
import {
  Analytics,
  AnalyticsError,
  type Callback,
  type Counts,
  type ErrorCode,
  type Message,
  type Middleware,
  type Stats,
} from '../../lib/index.js'

const call = { userId: 'user-1', event: 'Signed Up' }

export function callbacks(analytics: Analytics): void {
  analytics.track(call, (error, context) => {
    const code: ErrorCode | undefined = error?.code
    const { messageId }: Message = context.event
    console.log(code, messageId)
  })
  analytics.track(call, () => undefined)
  analytics.track(call, async (error) => {
    await Promise.reject(error ?? new Error('none'))
  })
  const callback: Callback = (error) => {
    if (error) throw error
  }
  analytics.track(call, callback)
  // @ts-expect-error: a callback's error is not text
  analytics.track(call, (error: string) => error)
}

export function narrowing(error: unknown): string | undefined {
  return error instanceof AnalyticsError ? error.code : undefined
}

export function listeners(analytics: Analytics): void {
  analytics
    .on('error', (error) => {
      const messages: readonly Message[] = error.messages
      const status: number | undefined = error.status
      console.log(error instanceof AnalyticsError, messages, status)
    })
    .on('http_request', ({ url, method, headers, body }) => {
      const texts: string[] = [url, method, body, ...Object.values(headers)]
      console.log(texts)
    })
    .once('http_response', ({ status, statusText }) => {
      const text: string = statusText
      console.log(status.toFixed(), text)
    })
    .on('call_after_close', ({ type }) => {
      console.log(type)
    })
    .on('identify', ({ event }) => {
      const traits: Record<string, unknown> | undefined = event.traits
      console.log(traits)
    })
    .on('drain', () => undefined)
    .on('drained', () => undefined)
  // @ts-expect-error: there is no such number
  analytics.on('error', ({ retries }) => retries as unknown)
}

export async function backpressure(analytics: Analytics): Promise<void> {
  const goOn: boolean = analytics.track(call)
  if (!goOn) await once(analytics, 'drain')
}

export async function counts(analytics: Analytics): Promise<number> {
  const flushed: Counts = await analytics.flush({ timeout: 1000 })
  const closed: Counts = await analytics.close({ timeout: 1000 })
  const also: Counts = await analytics.closeAndFlush()
  const { enqueued, oldestAge, failedByCode }: Stats = analytics.stats()
  const refused: number | undefined = failedByCode.rejected
  return flushed.delivered + closed.failed + also.pending + enqueued + oldestAge + (refused ?? 0)
}

export async function disposed(): Promise<void> {
  await using analytics = new Analytics({ writeKey: 'test' })
  analytics.track(call)
}

export function options(): void {
  new Analytics({
    writeKey: 'test',
    host: 'https://events.eu1.segmentapis.com',
    flushAt: 100,
    overflow: 'drop-oldest',
    proxy: { host: 'localhost', port: 8080 },
    httpClient: fetch,
    context: { app: { name: 'shop' } },
  })
  new Analytics({
    writeKey: 'test',
    httpClient: { makeRequest: () => Promise.reject(new Error()) },
  })
  // @ts-expect-error: the write key is required
  new Analytics({ flushAt: 100 })
  // @ts-expect-error: a typing error in an option's name
  new Analytics({ writeKey: 'test', flushat: 100 })
  // @ts-expect-error: which messages give way?
  new Analytics({ writeKey: 'test', overflow: 'drop' })
}

export function middlewares(analytics: Analytics): void {
  const lowerCase: Middleware = (message) => {
    const { plan } = message.traits ?? {}
    message.properties = { plan }
    return { ...message, event: message.event?.toLowerCase() ?? '' }
  }
  const client: Analytics = analytics.use(lowerCase).use(() => null)
  // @ts-expect-error: an asynchronous one would be too late
  client.use(async (message) => Promise.resolve(message))
  // @ts-expect-error: the message is not returned
  client.use((message) => {
    message.event = ''
  })
}

export const keepers: Analytics[] = [
  new Analytics({ writeKey: 'k', deadLetter: 'dead.ndjson' }),
  new Analytics({
    writeKey: 'k',
    deadLetter: (messages, { code }) => console.log(messages[0]?.messageId, code),
  }),
  new Analytics({
    writeKey: 'k',
    deadLetter: async (messages) => {
      await Promise.resolve(messages)
    },
  }),
]
