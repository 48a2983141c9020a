// Builds what carries the batches of one client, from its options.

import { AxiosTransport } from '../delivery/transport/axios-transport.js'
import { BasicCredentials, type Credentials } from '../delivery/auth/credentials.js'
import { CustomTransport } from '../delivery/transport/custom-transport.js'
import type { SpawnSettings } from '../exit/spawn-delivery.js'
import { OAuthCredentials } from '../delivery/auth/oauth-credentials.js'
import { TokenServer } from '../delivery/auth/oauth-token-server.js'
import type { DeliveryOptions } from '../delivery/delivery.js'
import { Poster } from '../delivery/poster.js'
import type { ErrorReporter } from '../failures/error-reporter.js'
import type { Transport } from '../delivery/transport/transport.js'
import type { SafeEmitter } from './emitter.js'
import type { Settings } from './options/read-options.js'

/** What carries batches away, and what has to happen before and after. */
export interface Carrier extends Pick<DeliveryOptions, 'sink' | 'load' | 'isQueue' | 'nextTurn'> {
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
): SpawnSettings | string {
  const { url, gzip, httpRequestTimeout, maxRetries, connection } = settings
  if (settings.httpClient) return cannotWait('a custom httpClient cannot make requests')
  const packed = credentials.pack()
  if (typeof packed === 'string') return cannotWait(packed)
  return { url, gzip, httpRequestTimeout, maxRetries, connection, credentials: packed }
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
  return { ...queue, isQueue: true, load: () => Promise.resolve(), close: () => queue.close() }
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
