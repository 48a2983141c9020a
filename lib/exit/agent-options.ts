// Packs the options of an agent for another process.

import type { Agent } from 'node:http'
import { pack, unpack } from '../runtime/packed.js'

/** Options of an agent as JSON; bytes as `{ base64 }`. */
export interface PackedAgent {
  options: Record<string, unknown>
  /** The proxy of a proxy agent (https-proxy-agent and its like), as a URL. */
  proxy?: string | undefined
}

/** The options that determine identity, trust and the local end of a connection. Functions cannot be packed. */
const carried = [
  'ca',
  'cert',
  'key',
  'pfx',
  'passphrase',
  'crl',
  'ciphers',
  'ecdhCurve',
  'minVersion',
  'maxVersion',
  'rejectUnauthorized',
  'servername',
  'sigalgs',
  'secureProtocol',
  'family',
  'localAddress',
  'hints',
  'socketPath',
  'secureOptions',
  'allowPartialTrustChain',
] as const

export function packAgent(agent: Agent | undefined): PackedAgent | undefined {
  if (!agent) return undefined
  const { options = {}, proxy } = agent as Agent & {
    options?: Record<string, unknown>
    proxy?: unknown
  }
  const packed: Record<string, unknown> = {}
  for (const name of carried) {
    if (options[name] !== undefined && typeof options[name] !== 'function')
      // Keys and certificates may have a passphrase of their own: `{ pem, passphrase }`, `{ buf, passphrase }`.
      packed[name] = pack(options[name])
  }
  // A URL of any realm.
  const href = (proxy as { href?: unknown } | null | undefined)?.href
  return { options: packed, proxy: typeof href === 'string' ? href : undefined }
}

/** The options for a new agent. */
export function unpackAgent(packed: PackedAgent): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(packed.options).map(([name, value]) => [name, unpack(value)]),
  )
}
