// `selfsame/backfill`: sends history from any iterable, once, at a pace, and resumable.

export { backfill } from './backfill.js'
export type { PlainRows } from './iterable-source.js'
export type { BackfillCall, BackfillOptions, Mapped } from './options.js'
export type { Progress } from './progress.js'
export type { RejectedRow } from './rejects.js'
export {
  BackfillError,
  type BackfillErrorCode,
  type BackfillReport,
  type DryRunReport,
} from './report.js'
export type { BackfillSource, BrokenRow, RowPosition, SourceRow } from './sources/source.js'
export { fileSource, type FileFormat, type FileOptions } from './sources/file-source.js'
export { postgresSource, type PostgresOptions } from './sources/postgres-source.js'
export { SourceError } from './sources/source-error.js'
export type { Suspicion } from './suspicions.js'
export type { BackfillTimestamp } from './timestamp.js'
