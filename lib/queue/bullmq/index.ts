// `selfsame/bullmq`: a shared queue on BullMQ, for those who run Redis.

export { bullmq, type BullmqOptions } from './bullmq.js'
export { startWorker, type BullmqWorkerOptions } from './bullmq-worker.js'
export type { WorkerStats } from '../work/job-runner.js'
export type { WorkerSource, WorkerSources } from '../work/source-options.js'
export type { RunningWorker } from '../work/worker-options.js'
export type { QueueFactory } from '../../delivery/queue-factory.js'
export type { RedisConnection } from './redis-link.js'
