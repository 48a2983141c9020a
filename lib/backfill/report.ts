// The report of a backfill.

import type { Message } from '../spec/messages.js'
import type { RowPosition } from './sources/source.js'
import type { Suspicion } from './suspicions.js'

/** What has become of the rows of a run, including earlier parts before it was resumed. */
export interface BackfillReport {
  /** Rows read, including broken ones: `rows = skipped + rejected + those whose messages were all delivered or queued`. */
  rows: number
  /** Messages made and sent: `messages = delivered + queued + failed`. In a dry run: only made. */
  messages: number
  delivered: number
  /** Messages that the queue has, from which workers deliver them. Only with the option `delivery`. */
  queued?: number
  /** Messages that the server refused; their rows are rejected. */
  failed: number
  /** Rows for which the mapping returned nothing. */
  skipped: number
  /** Rows that are in the rejects file. */
  rejected: number
  rejectedByReason: Record<string, number>
  /** The size of the messages, as JSON. */
  bytes: number
  /** In milliseconds, without pauses between runs. */
  duration: number
  /** ISO-8601; undefined if there was no message. */
  firstTimestamp: string | undefined
  lastTimestamp: string | undefined
  /** Whether everything was read, up to `limit`, and settled. */
  completed: boolean
  /** The position of the last row that is done, as all before it; undefined if there is none. */
  position: RowPosition | undefined
  /** How many rows were done before this run resumed; undefined if it began at the first row. */
  resumedFrom: number | undefined
  /** The checkpoint's file; undefined if there is none. */
  checkpoint: string | undefined
  /** The file of the rejected rows; undefined if there is none. */
  rejects: string | undefined
}

/** What a dry run found. */
export interface DryRunReport extends BackfillReport {
  /** The first messages, as they would be sent. */
  samples: Message[]
  suspicions: Suspicion[]
  /** The first two rows for each reason. `value` is the wrong value, if there is a single one. */
  rejectedExamples: { position: RowPosition; reason: string; value?: string | undefined }[]
}

/**
 * Why a run was stopped or could not begin:
 *
 * - `changed`: the source, the mapping, the options or the destination differ from the checkpoint
 * - `bad_checkpoint`: the checkpoint cannot be read, or is not one
 * - `too_many_rejects`: more than `maxRejects`, or the server refused every one of the first hundred messages
 * - `unreachable`: the first request found no such host
 * - `refused`: the server refused a whole request (401, 403, 404 …), and would refuse the next one
 * - `source_failed`: the source threw
 * - `file_failed`: the checkpoint or the rejects could not be written
 */
export type BackfillErrorCode =
  | 'changed'
  | 'bad_checkpoint'
  | 'too_many_rejects'
  | 'unreachable'
  | 'refused'
  | 'source_failed'
  | 'file_failed'

/** A run was stopped or could not begin. The checkpoint has what was confirmed, so that it can be resumed. */
export class BackfillError extends Error {
  override readonly name = 'BackfillError'
  readonly code: BackfillErrorCode
  /** The report so far; undefined if the run did not begin. */
  declare readonly report?: BackfillReport
  /** The HTTP status of the answer, if a server's answer was the reason. */
  declare readonly status?: number

  constructor(
    code: BackfillErrorCode,
    reason: string,
    options: { report?: BackfillReport; status?: number | undefined; cause?: unknown } = {},
  ) {
    super(reason, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    if (options.report !== undefined) this.report = options.report
    if (options.status !== undefined) this.status = options.status
  }
}

export function tooManyRejects(rejected: number, rows: number): string {
  return `the run was stopped: ${rejected} of ${rows} rows were rejected, more than maxRejects allows`
}
