// Values with bytes in them as JSON, for another process.

/** The value with bytes as `{ base64 }`. */
export function pack(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(pack)
  if (ArrayBuffer.isView(value)) {
    return {
      base64: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64'),
    }
  }
  return mapFields(value, pack)
}

/** What `pack` was given, from JSON; all bytes are Buffers. */
export function unpack(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unpack)
  const { base64 } = (value ?? {}) as { base64?: unknown }
  return typeof base64 === 'string' ? Buffer.from(base64, 'base64') : mapFields(value, unpack)
}

function mapFields(value: unknown, map: (value: unknown) => unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, map(each)]))
}
