// Which Redis, and which queues in it: options of apps and workers.

import type { ClusterOptions, RedisOptions } from 'ioredis'
import { describeValue } from '../../runtime/describe-value.js'
import { shown, wrong } from '../../runtime/check-option.js'
import { isPlain } from '../../spec/plain.js'
import { checkName } from '../queue-options.js'
import { openRedis } from './own-redis.js'
import { standardNaming, type QueueNaming } from './queue-names.js'
import { isClient, type RedisConnection } from './redis-link.js'

export interface RedisPlace {
  /**
   * A URL (`redis://…`, `rediss://…` for TLS), the options of ioredis, or a connection of yours, which you close. That of
   * a worker needs `maxRetriesPerRequest: null`.
   */
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

export function checkConnection(options: RedisPlace): RedisConnection {
  const { connection } = Object(options) as RedisPlace
  const allowed = 'a redis: or rediss: URL, the options of ioredis, or a connection of ioredis'
  const given: unknown = connection
  if (typeof given === 'string') checkUrl('connection', given, allowed)
  else if (typeof given !== 'object' || given === null)
    throw wrong('connection', describeValue(given), allowed)
  else if (!isClient(connection)) {
    // ioredis would take anything else for options, and connect to localhost.
    if (!isPlain(given)) throw wrong('connection', describeValue(given), allowed)
    if (given.url !== undefined) checkUrl('connection.url', given.url, 'a redis: or rediss: URL')
  }
  const { keyPrefix } = optionsOf(connection)
  if (keyPrefix) {
    throw wrong('connection.keyPrefix', shown(keyPrefix), 'none; use the option prefix')
  }
  return connection
}

/** BullMQ waits for jobs with commands that must not fail while Redis is away. */
export function checkWorkerConnection(options: RedisPlace): RedisConnection {
  const connection = checkConnection(options)
  if (!isClient(connection)) return connection
  const { isCluster, options: given } = connection
  const checked = isCluster ? (given as ClusterOptions).redisOptions : (given as RedisOptions)
  const { maxRetriesPerRequest } = checked ?? {}
  if (!maxRetriesPerRequest) return connection
  const name = `connection.${isCluster ? 'redisOptions.' : ''}maxRetriesPerRequest`
  throw wrong(name, shown(maxRetriesPerRequest), 'null in a worker')
}

/** It may have a password: it is never shown. */
function checkUrl(name: string, url: unknown, allowed: string): void {
  if (typeof url !== 'string') throw wrong(name, describeValue(url), allowed)
  if (URL.canParse(url) && /^rediss?:$/.test(new URL(url).protocol)) return
  throw wrong(name, 'another string', allowed)
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

/**
 * For messages, and to know the queue again. Shows no user and no password. Of Sentinels and the nodes of a Cluster the
 * first is enough: ioredis adds those that it finds to the list.
 */
export function placeOf(connection: RedisConnection): string {
  if (isClient(connection) && connection.isCluster) {
    const { startupNodes } = connection as unknown as {
      startupNodes: [string | number | RedisOptions]
    }
    return `Redis Cluster at ${hostOf(optionsOf(startupNodes[0]))}`
  }
  const { path, db, sentinels, name, ...options } = optionsOf(connection)
  const [sentinel] = sentinels ?? []
  const place = sentinel
    ? `Redis ${name} of the Sentinel at ${hostOf({ port: 26_379, ...sentinel })}`
    : `Redis at ${path ?? hostOf(options)}`
  return db ? `${place}, database ${db}` : place
}

function hostOf({ host = 'localhost', port }: Partial<RedisOptions>): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`
}

/** With its defaults, and what its URL says. */
function optionsOf(connection: RedisConnection | number): RedisOptions {
  if (typeof connection === 'number') return { port: connection }
  return isClient(connection)
    ? connection.options
    : openRedis(connection, { lazyConnect: true }).options
}
