// What carries the batches of one client, as its options say.

import { AxiosTransport } from './delivery/axios-transport.js'
import { CustomTransport } from './delivery/http-client.js'
import { Poster } from './delivery/poster.js'
import type { Transport } from './delivery/transport.js'
import type { SafeEmitter } from './events.js'
import type { Settings } from './options/read-options.js'

export function transportFor({ httpClient, connection }: Settings): Transport {
  return httpClient ? new CustomTransport(httpClient) : new AxiosTransport(connection)
}

export function posterFor(settings: Settings, transport: Transport, emitter: SafeEmitter): Poster {
  return new Poster({
    ...settings,
    transport,
    onRequest: () =>
      emitter.listenerCount('http_request') > 0
        ? (event) => emitter.emit('http_request', event)
        : undefined,
    onResponse: () =>
      emitter.listenerCount('http_response') > 0
        ? (event) => emitter.emit('http_response', event)
        : undefined,
  })
}
