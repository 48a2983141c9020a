// Whether Redis is set up to keep what it has accepted.

import type { Cluster, Redis } from 'ioredis'

/** What is wrong with its settings, each as a text for the operator. Never rejects. */
export async function problemsOf(redis: Redis | Cluster): Promise<string[]> {
  const problems: string[] = []
  const info = await textOf(() => redis.info())
  const policy = /^maxmemory_policy:(\S+)/m.exec(info)?.[1]
  if (policy !== undefined && policy !== 'noeviction') {
    problems.push(
      `Redis may evict messages: its maxmemory-policy is ${policy}; set noeviction (docs/workers.md)`,
    )
  }
  if (/^aof_enabled:0/m.test(info)) {
    problems.push(
      'Redis loses what it has accepted since its last snapshot if it is killed: set appendonly yes (docs/workers.md)',
    )
  } else if (await leavesSyncing(redis)) {
    problems.push(
      'Redis leaves syncing to the operating system (appendfsync no): set everysec or always (docs/workers.md)',
    )
  }
  return problems
}

/** Managed Redis often has no CONFIG. */
async function leavesSyncing(redis: Redis | Cluster): Promise<boolean> {
  // A list, or with RESP3 an object.
  const asked = (): Promise<unknown> => redis.call('CONFIG', 'GET', 'appendfsync')
  return (await textOf(async () => JSON.stringify(await asked()))).includes('"no"')
}

async function textOf(ask: () => Promise<string>): Promise<string> {
  try {
    return await ask()
  } catch {
    return ''
  }
}
