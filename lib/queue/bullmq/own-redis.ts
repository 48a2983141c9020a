// A connection to Redis that is ours: an error that ioredis has not expected does not end the process.

import { Redis, type RedisOptions } from 'ioredis'

/** It decides about the types of all replies. */
type OwnOptions = Omit<RedisOptions, 'replyMapping'>

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

export function openRedis(connection: string | RedisOptions, own: OwnOptions): Redis {
  return typeof connection === 'string'
    ? new OwnRedis(own, connection)
    : new OwnRedis({ sentinelCommandTimeout, ...(connection as OwnOptions), ...own })
}
