// Packs the options of an agent for another process.

import type { Agent } from 'node:http'

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

function pack(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(pack)
  if (ArrayBuffer.isView(value)) {
    return {
      base64: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64'),
    }
  }
  // Keys and certificates with a passphrase of their own: `{ pem, passphrase }`, `{ buf, passphrase }`.
  return mapFields(value, pack)
}

function unpack(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unpack)
  const { base64 } = (value ?? {}) as { base64?: unknown }
  return typeof base64 === 'string' ? Buffer.from(base64, 'base64') : mapFields(value, unpack)
}

function mapFields(value: unknown, map: (value: unknown) => unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, map(each)]))
}
