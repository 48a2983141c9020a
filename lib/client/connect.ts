// Builds what carries the batches of one client, from its options.

import { debuglog } from 'node:util'
import { errorText } from '../runtime/describe-value.js'
import { AxiosTransport } from '../delivery/transport/axios-transport.js'
import { BasicCredentials, type Credentials } from '../delivery/auth/credentials.js'
import { CustomTransport } from '../delivery/transport/custom-transport.js'
import type { SpawnSettings } from '../exit/spawn-delivery.js'
import { OAuthCredentials } from '../delivery/auth/oauth-credentials.js'
import { TokenServer } from '../delivery/auth/oauth-token-server.js'
import type { DeliveryOptions } from '../delivery/delivery.js'
import { Poster } from '../delivery/poster.js'
import type { QueueCarrier } from '../delivery/queue-factory.js'
import type { ErrorReporter } from '../failures/error-reporter.js'
import type { Transport } from '../delivery/transport/transport.js'
import type { SafeEmitter } from './emitter.js'
import type { Settings } from './options/read-options.js'

const debug = debuglog('selfsame')

/** What carries batches away, and what has to happen before and after. */
export interface Carrier extends Pick<DeliveryOptions, 'sink' | 'load' | 'isQueue' | 'nextTurn'> {
  /** What the last delivery needs to hand over to the queue; undefined if it cannot. */
  queue?(): SpawnSettings['queue']
  close?(): void
}

/** The key under which the options of a test's client have what takes the place of HTTP. It is no option of users. */
export const standInKey = Symbol('selfsame.standIn')

function standInOf(options: object): Carrier | undefined {
  return (options as { [standInKey]?: Carrier })[standInKey]
}

export function transportFor({ httpClient, connection }: Settings): Transport {
  return httpClient ? new CustomTransport(httpClient) : new AxiosTransport(connection)
}

export function credentialsFor(settings: Settings, transport: Transport): Credentials {
  const { writeKey, oauth, httpRequestTimeout } = settings
  if (!oauth) return new BasicCredentials(writeKey)
  const { httpClient, ...grant } = oauth
  const server = new TokenServer({
    ...grant,
    httpRequestTimeout,
    transport: httpClient ? new CustomTransport(httpClient) : transport,
  })
  return new OAuthCredentials({ writeKey, server, isPortable: httpClient === undefined })
}

/** What a child process needs for the last delivery, or why it cannot do it. */
export function spawnSettingsFor(
  settings: Settings,
  credentials: Credentials,
  carrier: Carrier,
): SpawnSettings | string {
  const { url, gzip, httpRequestTimeout, maxRetries, connection } = settings
  const queue = carrier.queue?.()
  const packed = settings.httpClient
    ? 'a custom httpClient cannot make requests'
    : credentials.pack()
  const order = { url, gzip, httpRequestTimeout, maxRetries, connection, queue }
  if (typeof packed !== 'string') return { ...order, credentials: packed }
  return queue ? order : cannotWait(packed)
}

const cannotWait = (what: string): string =>
  `${what} synchronously: await close() before the process ends`

/** What hands batches over to a shared queue, if there is one. */
function queueFor(
  { delivery, disable, httpRequestTimeout }: Settings,
  reporter: ErrorReporter,
): Carrier | undefined {
  if (!delivery || disable) return undefined
  const queue = delivery({
    timeout: httpRequestTimeout,
    warn: (text) => reporter.warn('SELFSAME_QUEUE', text),
  })
  return {
    sink: queue.sink,
    isQueue: true,
    load: () => Promise.resolve(),
    queue: () => packedQueue(queue),
    close: () => queue.close(),
  }
}

function packedQueue(carrier: QueueCarrier): SpawnSettings['queue'] {
  try {
    return { ...carrier.pack(), jobsOf: (batch) => carrier.sink.jobsOf(batch) }
  } catch (error) {
    // The endpoint is for what cannot be carried over.
    debug('the last delivery cannot use the queue: %s', errorText(error))
    return undefined
  }
}

function carrierFor(
  settings: Settings,
  transport: Transport,
  credentials: Credentials,
  emitter: SafeEmitter,
): Carrier {
  const { url, gzip, httpRequestTimeout } = settings
  const sink = new Poster({
    url,
    gzip,
    httpRequestTimeout,
    transport,
    credentials,
    onRequest: () =>
      emitter.listenerCount('http_request') > 0
        ? (event) => emitter.emit('http_request', event)
        : undefined,
    onResponse: () =>
      emitter.listenerCount('http_response') > 0
        ? (event) => emitter.emit('http_response', event)
        : undefined,
  })
  return { sink, load: async () => transport.load?.() }
}

/** Builds the carrier of a client: its queue, or requests to the server. */
export function connect(
  options: object,
  settings: Settings,
  emitter: SafeEmitter,
  reporter: ErrorReporter,
): { carrier: Carrier; credentials: Credentials; disconnect: () => void } {
  const transport = transportFor(settings)
  const credentials = credentialsFor(settings, transport)
  const carrier =
    standInOf(options) ??
    queueFor(settings, reporter) ??
    carrierFor(settings, transport, credentials, emitter)
  const disconnect = (): void => {
    transport.close?.()
    carrier.close?.()
  }
  return { carrier, credentials, disconnect }
}
