// A connection to Redis that is ours: an error that ioredis has not expected does not end the process.

import { Redis, type RedisOptions } from 'ioredis'

/** It decides about the types of all replies. */
type OwnOptions = Omit<RedisOptions, 'replyMapping'>

/** The options of ioredis, which may have a URL beside them, as those of BullMQ may. */
export type ConnectionOptions = RedisOptions & { url?: string | undefined }

/** How long a Sentinel may take before the next is asked, in milliseconds. ioredis would wait for ever. */
const sentinelCommandTimeout = 1_000

class OwnRedis extends Redis {
  constructor(options: OwnOptions, url?: string) {
    if (url === undefined) super(options)
    else super(url, options)
    // ioredis listens to the first error of a socket alone, and a TLS handshake that fails may have two.
    this.on('error', () => (this as Partial<Redis>).stream?.on('error', ignore))
  }

  /** BullMQ makes a connection for commands that block. */
  override duplicate(override?: Partial<RedisOptions>): Redis {
    return new OwnRedis({ ...this.options, ...override })
  }
}

const ignore = (): void => undefined

export function openRedis(connection: string | ConnectionOptions, own: OwnOptions): Redis {
  const { url, ...options } = typeof connection === 'string' ? { url: connection } : connection
  return new OwnRedis({ sentinelCommandTimeout, ...(options as OwnOptions), ...own }, url)
}
