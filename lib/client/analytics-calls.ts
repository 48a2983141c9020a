// The six calls of the Segment spec, as a client and what is bound to one both have them.

import type { AliasCall } from '../spec/messages.js'
import type {
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
import type { Callback } from '../failures/error-reporter.js'

/**
 * Anything that has the six calls: a client, or what `analytics.with()` and the middleware return. For functions of your
 * own that take either.
 *
 * @typeParam P the type of the client's plan: `AnalyticsCalls<typeof plan>`
 * @example
 * function trackSignup(analytics: AnalyticsCalls, userId: string) {
 *   analytics.track({ userId, event: 'Signed Up' })
 * }
 */
export interface AnalyticsCalls<P extends MaybePlan = undefined> {
  /** Says who a user is, and what is known of them (Segment spec: Identify). */
  identify(call: PlannedIdentify<P>, callback?: Callback): boolean
  /** Records what a user did (Segment spec: Track). */
  track<Event extends EventName<P>>(call: PlannedTrack<P, Event>, callback?: Callback): boolean
  /** Records the view of a web page (Segment spec: Page). */
  page<Name extends PageName<P>>(call: PlannedPage<P, Name>, callback?: Callback): boolean
  /** Records the view of a screen of an app (Segment spec: Screen). */
  screen<Name extends ScreenName<P>>(call: PlannedScreen<P, Name>, callback?: Callback): boolean
  /** Says which group a user belongs to, and what is known of it (Segment spec: Group). */
  group(call: PlannedGroup<P>, callback?: Callback): boolean
  /** Joins two ids of one user, for destinations that need it (Segment spec: Alias). */
  alias(call: AliasCall, callback?: Callback): boolean
}
