// Whether a request or its answer is on the wire. Time must not pass meanwhile: a loaded machine would make timeouts of it.

import { channel } from 'node:diagnostics_channel'
import type { ClientRequest } from 'node:http'
import type { Socket } from 'node:net'

/** A request that takes longer is not waited for, in real milliseconds. */
const longest = 2_000

const open = new Map<ClientRequest, bigint>()

/** The ports of clients whose requests the server holds back. */
const held = new Set<number | undefined>()

const started = channel('http.client.request.start')

/** Watches the requests of this process. Returns what stops that. */
export function watchRequests(): () => void {
  const note = (message: unknown): void => {
    const { request } = message as { request: ClientRequest }
    open.set(request, process.hrtime.bigint())
    request.once('close', () => open.delete(request))
  }
  started.subscribe(note)
  return () => {
    started.unsubscribe(note)
    open.clear()
    held.clear()
  }
}

/** The server answers later, or never. Returns what is to be called when it goes on. */
export function holdBack({ remotePort }: Socket): () => void {
  held.add(remotePort)
  return () => void held.delete(remotePort)
}

export function isNetworkBusy(): boolean {
  const now = process.hrtime.bigint()
  for (const [request, since] of open) {
    const isRecent = now - since < BigInt(longest) * 1_000_000n
    if (isRecent && !held.has(request.socket?.localPort)) return true
  }
  return false
}
