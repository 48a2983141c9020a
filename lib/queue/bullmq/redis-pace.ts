// The pace of all workers, kept in Redis: BullMQ's own limiter counts jobs of one queue, not messages of all lanes.

import type { Redis, Cluster } from 'ioredis'
import type { SharedPace } from '../work/pace.js'

/** The longest pause that is made up for, in milliseconds. */
const maxLag = 50

/**
 * By the clock of Redis, which all workers share. Sets when the next messages may go, and returns the wait of these. If
 * the clock was set back since the last time, or another Redis has taken over, that moment goes back with it.
 */
const script = `
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local at, last = string.match(redis.call('GET', KEYS[1]) or '', '^(%S+) (%S+)$')
at = (tonumber(at) or 0) - math.max(0, (tonumber(last) or 0) - now)
at = math.max(at, now - tonumber(ARGV[2]))
local following = at + tonumber(ARGV[1])
redis.call('SET', KEYS[1], string.format('%.3f %.3f', following, now), 'PX', 3600000)
return string.format('%.3f', at - now)
`

export function redisPace(redis: Redis | Cluster, key: string, rate: number): SharedPace {
  return {
    rate,
    async reserve(count) {
      const wait = await redis.eval(script, 1, key, (count / rate) * 1000, maxLag)
      return Math.max(0, Number(wait))
    },
  }
}
