// What `backfill()` takes.

import type { AnalyticsOptions } from '../client/options/analytics-options.js'
import type {
  AliasCall,
  CommonFields,
  GroupCall,
  IdentifyCall,
  Identity,
  Integrations,
  PageCall,
  ScreenCall,
  TrackCall,
} from '../spec/messages.js'
import type {
  AnyPlan,
  EventName,
  MaybePlan,
  PageName,
  PlannedGroup,
  PlannedIdentify,
  PlannedPage,
  PlannedScreen,
  PlannedTrack,
  ScreenName,
} from '../spec/planned-calls.js'
import type { Progress } from './progress.js'
import type { RejectedRow } from './rejects.js'
import type { RowPosition } from './sources/source.js'
import type { BackfillTimestamp } from './timestamp.js'

type Historical<Call> = Omit<Call, 'timestamp'> & { timestamp?: BackfillTimestamp | undefined }

/**
 * One call, as an object: that of `analytics.identify()` and its like, with the type and when it happened.
 *
 * @typeParam P the type of the plan: `BackfillCall<typeof plan>`
 */
export type BackfillCall<P extends MaybePlan = undefined> = [P] extends [AnyPlan]
  ? PlannedBackfillCall<P>
  : AnyBackfillCall

type AnyBackfillCall =
  | ({ type: 'identify' } & Historical<IdentifyCall>)
  | ({ type: 'track' } & Historical<TrackCall>)
  | ({ type: 'page' } & Historical<PageCall>)
  | ({ type: 'screen' } & Historical<ScreenCall>)
  | ({ type: 'group' } & Historical<GroupCall>)
  | ({ type: 'alias' } & Historical<AliasCall>)

type HistoricalRest = Historical<CommonFields> & Identity

type PlannedBackfillCall<P extends AnyPlan> =
  | ({ type: 'identify' } & PlannedIdentify<P, HistoricalRest>)
  | { [E in EventName<P>]: { type: 'track' } & PlannedTrack<P, E, HistoricalRest> }[EventName<P>]
  | { [N in PageName<P>]: { type: 'page' } & PlannedPage<P, N, HistoricalRest> }[PageName<P>]
  | {
      [N in ScreenName<P>]: { type: 'screen' } & PlannedScreen<P, N, HistoricalRest>
    }[ScreenName<P>]
  | ({ type: 'group' } & PlannedGroup<P, HistoricalRest>)
  | ({ type: 'alias' } & Historical<AliasCall>)

/** What a mapping may return: one call, several, or null or undefined to skip the row. */
export type Mapped<P extends MaybePlan = undefined> =
  BackfillCall<P> | readonly BackfillCall<P>[] | null | undefined

/** The options of a client that a backfill has too, with the same meaning. */
type ClientOptions = Pick<
  AnalyticsOptions,
  | 'host'
  | 'path'
  | 'maxBatchSize'
  | 'maxBatchBytes'
  | 'maxMessageBytes'
  | 'httpRequestTimeout'
  | 'gzip'
  | 'httpClient'
  | 'oauth'
  | 'proxy'
  | 'httpAgent'
  | 'httpsAgent'
  | 'context'
>

/** What `backfill()` takes. Durations are milliseconds, sizes are bytes. */
export interface BackfillOptions<
  Row = unknown,
  P extends MaybePlan = undefined,
> extends ClientOptions {
  /** The key of the source that receives the messages. Not needed for a dry run. */
  writeKey?: string | undefined
  /**
   * The run's name. It is part of every messageId: under the same name a rerun writes nothing twice within the
   * destination's dedup window; under another one everything is written again.
   * @default 'backfill'
   */
  name?: string | undefined
  /**
   * What becomes of a row: one call, several, or null to skip it. May be asynchronous; rows are mapped one after the
   * other. What it throws rejects that row.
   * @default the row itself, which then is a call
   */
  map?: ((row: Row, position: RowPosition) => Mapped<P> | Promise<Mapped<P>>) | undefined
  /**
   * Which events and traits there are (docs/plan.md): the compiler checks what `map` returns, and a row of which a call is
   * not as planned is rejected.
   * @default none: any
   */
  plan?: P | undefined
  /**
   * Identifies the mapping: when it differs from the checkpoint's, the run is refused.
   * @default the source text of `map`
   */
  mapping?: string | undefined
  /**
   * Messages a second; 0 sends as fast as the server answers.
   * @default 500
   */
  rate?: number | undefined
  /**
   * The most requests at a time. Order is kept within a request only; with 1 it is kept. Minimum 1.
   * @default 4
   */
  maxInFlight?: number | undefined
  /** `'now'`: a call without a timestamp gets the present time. By default its row is rejected. */
  timestamp?: 'now' | undefined
  /** `'seconds'`: timestamps that are numbers are seconds since 1970. By default they are milliseconds. */
  unit?: 'seconds' | 'milliseconds' | undefined
  /** Which destinations get the messages; each call's own integrations win. */
  integrations?: Integrations | undefined
  /**
   * The calls are messages from an archive: what the server and the library that sent them had added (`sentAt`,
   * `messageId`, `projectId`, `receivedAt`, `originalTimestamp`) is stripped, and ids that are null count as left out.
   * @default false
   */
  archived?: boolean | undefined
  /** `false`: every message says `context.active: false`, which leaves "last seen" alone (Segment spec: Common fields). */
  active?: false | undefined
  /**
   * The file in which the run notes how far it is; false for none.
   * @default NAME.checkpoint.json in the working directory, NAME being the run's
   */
  checkpoint?: string | false | undefined
  /**
   * The file to which rejected rows are written, one JSON object a line, or a function that is given each. An older file
   * of that name is kept under another.
   * @default 'rejects.ndjson'
   */
  rejects?: string | ((rejected: RejectedRow) => void) | undefined
  /**
   * Stops the run when more rows than that are rejected: a number, or a share of the rows read (`'1%'`), which counts
   * from the 100th row on.
   * @default no limit
   */
  maxRejects?: number | string | undefined
  /**
   * `'auto'`: resumes at the checkpoint of an unfinished run, and begins at the first row if there is none. false: begins at
   * the first row.
   * @default 'auto'
   */
  resume?: 'auto' | boolean | undefined
  /**
   * Resumes although the source, the mapping, the options or the destination are not those of the checkpoint.
   * @default false
   */
  acceptChanges?: boolean | undefined
  /**
   * Sends all rows again although an earlier run has completed, for example with another mapping. Without it such a run
   * adds nothing, or is refused if the mapping or an option has changed.
   * @default false
   */
  again?: boolean | undefined
  /** Reads no more than so many rows in all. Minimum 1. */
  limit?: number | undefined
  /**
   * Does everything but send and write: the report shows the first messages and what is suspicious.
   * @default false
   */
  dryRun?: boolean | undefined
  /** Aborted: stops at a checkpoint and resolves with `completed: false`. */
  signal?: AbortSignal | undefined
  /** Called with the progress, at most ten times a second. */
  onProgress?: ((progress: Progress) => void) | undefined
}
