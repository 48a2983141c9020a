// Which Redis, and which queues in it: options of apps and workers.

import { describeValue } from '../../runtime/describe-value.js'
import { shown, wrong } from '../../runtime/check-option.js'
import { checkName } from '../queue-options.js'
import { standardNaming, type QueueNaming } from './queue-names.js'
import { isClient, type RedisConnection } from './redis-link.js'

export interface RedisPlace {
  /** A URL (`redis://…`, `rediss://…` for TLS), the options of ioredis, or a connection of yours, which you close. */
  connection: RedisConnection
  /**
   * How the names of the queues begin.
   * @default 'selfsame'
   */
  name?: string | undefined
  /**
   * BullMQ's prefix of all keys. A Redis Cluster needs one in braces, such as `{bull}`, so that they share a slot.
   * @default 'bull'
   */
  prefix?: string | undefined
}

export function checkConnection({ connection }: RedisPlace): RedisConnection {
  const allowed = 'a redis: or rediss: URL, the options of ioredis, or a connection of ioredis'
  if (typeof connection === 'string') {
    // It may have a password: it is never shown.
    if (URL.canParse(connection) && /^rediss?:$/.test(new URL(connection).protocol))
      return connection
    throw wrong('connection', 'another string', allowed)
  }
  if (typeof connection === 'object' && (connection as unknown) !== null) return connection
  throw wrong('connection', describeValue(connection), allowed)
}

export function namingOf(options: RedisPlace): QueueNaming {
  return {
    name: checkName(options, 'name', standardNaming.name),
    prefix: checkPrefix(options.prefix),
  }
}

function checkPrefix(prefix: unknown = standardNaming.prefix): string {
  if (typeof prefix === 'string' && /^[\w.{}-]{1,64}$/.test(prefix)) return prefix
  throw wrong('prefix', shown(prefix), "letters, digits, '_', '.', '-', '{' and '}', at most 64")
}

/** For messages. Shows no user and no password. */
export function placeOf(connection: RedisConnection): string {
  if (typeof connection === 'string') return `Redis at ${new URL(connection).host}`
  const {
    host = 'localhost',
    port = 6379,
    path,
  } = (isClient(connection) ? connection.options : connection) as {
    host?: string
    port?: number
    path?: string
  }
  return `Redis at ${path ?? `${host}:${port}`}`
}
