// `selfsame/bullmq`: a shared queue on BullMQ, for those who run Redis.

export { bullmq, type BullmqOptions } from './bullmq.js'
export type { QueueFactory } from '../../delivery/queue-factory.js'
export type { RedisConnection } from './redis-link.js'
