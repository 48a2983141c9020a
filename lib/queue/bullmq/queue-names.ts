// The queues of BullMQ, one for each lane, and where Redis says which there are.

import type { Cluster, Redis } from 'ioredis'

/** Where an app and its workers meet. */
export interface QueueNaming {
  /** How the names of the queues begin. */
  readonly name: string
  /** BullMQ's prefix of all keys. */
  readonly prefix: string
}

export const standardNaming: QueueNaming = { name: 'selfsame', prefix: 'bull' }

export function queueName({ name }: QueueNaming, lane: number, lanes: number): string {
  return lanes === 1 ? name : `${name}-${lane + 1}-of-${lanes}`
}

/** Names a set of the numbers of lanes in use: apps add theirs, and workers look there. */
export const lanesKey = ({ name, prefix }: QueueNaming): string => `${prefix}:${name}:lanes`

/** The numbers of lanes that apps have used. */
export async function lanesInUse(redis: Redis | Cluster, naming: QueueNaming): Promise<number[]> {
  const members = await redis.smembers(lanesKey(naming))
  return members.map(Number).filter((lanes) => Number.isInteger(lanes) && lanes > 0)
}
