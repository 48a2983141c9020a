// `selfsame/graphile-worker`: a shared queue on graphile-worker, for those who run PostgreSQL.

export { graphileWorker, type GraphileWorkerOptions } from './graphile.js'
export { startWorker, type GraphileWorkerWorkerOptions } from './graphile-worker.js'
export type { WorkerStats } from '../work/job-runner.js'
export type { WorkerSource, WorkerSources } from '../work/source-options.js'
export type { RunningWorker } from '../work/worker-options.js'
export type { QueueFactory } from '../../delivery/queue-factory.js'
