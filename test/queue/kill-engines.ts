// The engines that kills are tried with, each with a server of its own.

import { runMigrations } from 'graphile-worker'
import { Cluster } from '../postgres/cluster.js'
import type { Engine } from './killing.js'
import { RedisServer } from './redis-server.js'

/** The append-only file is written before Redis answers: only a machine that dies may lose the last second. */
export async function withRedis<T>(run: (engine: Engine) => Promise<T>): Promise<T> {
  const redis = await RedisServer.start(['--maxmemory-policy', 'noeviction'])
  const restart = async (): Promise<void> => {
    await redis.kill('SIGKILL')
    await redis.start()
  }
  try {
    return await run({ name: 'bullmq', url: redis.url, restart })
  } finally {
    await redis.stop()
  }
}

export async function withPostgres<T>(run: (engine: Engine) => Promise<T>): Promise<T> {
  const cluster = new Cluster({ isDurable: true })
  const restart = (): Promise<void> => {
    cluster.halt('immediate')
    cluster.start()
    return Promise.resolve()
  }
  try {
    await runMigrations({ connectionString: cluster.url })
    return await run({ name: 'graphile-worker', url: cluster.url, restart })
  } finally {
    cluster.stop()
  }
}
