// The pace of all workers, kept in Redis: BullMQ's own limiter counts jobs of one queue, not messages of all lanes.

import type { Redis, Cluster } from 'ioredis'
import type { SharedPace } from '../work/pace.js'

/** The longest pause that is made up for, in milliseconds. */
const maxLag = 50

/** By the clock of Redis, which all workers share. Sets when the next messages may go, and returns the wait of these. */
const script = `
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local at = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), now - tonumber(ARGV[2]))
redis.call('SET', KEYS[1], string.format('%.3f', at + tonumber(ARGV[1])), 'PX', 3600000)
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
