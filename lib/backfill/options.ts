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

/** The options that a backfill shares with a client. */
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
  | 'delivery'
>

/** What `backfill()` takes. Durations are milliseconds, sizes are bytes. */
export interface BackfillOptions<
  Row = unknown,
  P extends MaybePlan = undefined,
> extends ClientOptions {
  /** The key of the source that receives the messages. Not needed for a dry run, nor with `delivery`. */
  writeKey?: string | undefined
  /**
   * The name of the run. It is part of every messageId: with the same name, a rerun writes nothing twice within the
   * destination's dedup window; with another, everything is written again.
   * @default 'backfill'
   */
  name?: string | undefined
  /**
   * Maps a row to one call, several, or null to skip it. May be asynchronous; rows are mapped one after the other. If it
   * throws, that row is rejected.
   * @default the row itself, which must be a call
   */
  map?: ((row: Row, position: RowPosition) => Mapped<P> | Promise<Mapped<P>>) | undefined
  /**
   * Which events and traits there are (docs/plan.md): the compiler checks what `map` returns, and a row of which a call is
   * not as planned is rejected.
   * @default none: any
   */
  plan?: P | undefined
  /**
   * Identifies the mapping. If it differs from that of the checkpoint, the run is refused.
   * @default the source text of `map`
   */
  mapping?: string | undefined
  /**
   * Messages per second; 0 sends as fast as the server answers.
   * @default 500
   */
  rate?: number | undefined
  /**
   * The most requests in flight. With more than 1, order is kept only within a request. Minimum 1.
   * @default 4; 1 with `delivery`
   */
  maxInFlight?: number | undefined
  /** `'now'`: a call without a timestamp gets the current time. By default its row is rejected. */
  timestamp?: 'now' | undefined
  /** `'seconds'`: timestamps that are numbers are seconds since 1970. By default they are milliseconds. */
  unit?: 'seconds' | 'milliseconds' | undefined
  /** Which destinations get the messages; each call's own integrations win. */
  integrations?: Integrations | undefined
  /**
   * The calls are messages from an archive: removes what the server and the sending library had added (`sentAt`,
   * `messageId`, `projectId`, `receivedAt`, `originalTimestamp`), and ids that are null.
   * @default false
   */
  archived?: boolean | undefined
  /** `false`: sets `context.active: false`, which does not update "last seen" (Segment spec: Common fields). */
  active?: false | undefined
  /**
   * The file in which the run records its progress; false for none.
   * @default NAME.checkpoint.json in the working directory, where NAME is the name of the run
   */
  checkpoint?: string | false | undefined
  /**
   * The file to which rejected rows are written, one JSON object per line, or a function that is called for each. An older
   * file of the same name is renamed.
   * @default 'rejects.ndjson'
   */
  rejects?: string | ((rejected: RejectedRow) => void) | undefined
  /**
   * Stops the run if more rows are rejected: a number, or a share of the rows read (`'1%'`), which applies from the 100th
   * row on.
   * @default no limit
   */
  maxRejects?: number | string | undefined
  /**
   * `'auto'`: resumes at the checkpoint of an unfinished run, or begins at the first row if there is none. false: begins
   * at the first row.
   * @default 'auto'
   */
  resume?: 'auto' | boolean | undefined
  /**
   * Resumes even if the source, the mapping, the options or the destination differ from the checkpoint.
   * @default false
   */
  acceptChanges?: boolean | undefined
  /**
   * Sends all rows again after an earlier run has completed, for example with another mapping. Without it such a run sends
   * nothing, or is refused if the mapping or an option has changed.
   * @default false
   */
  again?: boolean | undefined
  /** Reads at most so many rows in total. Minimum 1. */
  limit?: number | undefined
  /**
   * Does everything except sending and writing. The report shows the first messages and what is suspicious.
   * @default false
   */
  dryRun?: boolean | undefined
  /** When aborted, the run stops at a checkpoint and resolves with `completed: false`. */
  signal?: AbortSignal | undefined
  /** Called with the progress, at most ten times a second. */
  onProgress?: ((progress: Progress) => void) | undefined
}
