// The six calls of the Segment spec, which a client has, and whatever is bound to one.

import type {
  AliasCall,
  GroupCall,
  IdentifyCall,
  PageCall,
  ScreenCall,
  TrackCall,
} from '../spec/messages.js'
import type { Callback } from '../failures/error-reporter.js'

/**
 * Anything that has the six calls: a client, or what `analytics.with()` and the middleware return. Use it as the type of
 * a parameter that takes either.
 *
 * @example
 * function trackSignup(analytics: AnalyticsCalls, userId: string) {
 *   analytics.track({ userId, event: 'Signed Up' })
 * }
 */
export interface AnalyticsCalls {
  /** Says who a user is, and what is known of them (Segment spec: Identify). */
  identify(call: IdentifyCall, callback?: Callback): boolean
  /** Records what a user did (Segment spec: Track). */
  track(call: TrackCall, callback?: Callback): boolean
  /** Records the view of a web page (Segment spec: Page). */
  page(call: PageCall, callback?: Callback): boolean
  /** Records the view of a screen of an app (Segment spec: Screen). */
  screen(call: ScreenCall, callback?: Callback): boolean
  /** Says which group a user belongs to, and what is known of it (Segment spec: Group). */
  group(call: GroupCall, callback?: Callback): boolean
  /** Joins two ids of one user, for destinations that need it (Segment spec: Alias). */
  alias(call: AliasCall, callback?: Callback): boolean
}
