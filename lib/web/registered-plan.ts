// The plan of an application, where types have no client to infer it from: in requests, and in `currentAnalytics()`.

import type { BoundAnalytics } from '../client/bound-analytics.js'
import type { AnyPlan } from '../spec/planned-calls.js'

declare global {
  /**
   * Declare the type of your plan here, once, and `req.analytics`, `ctx.analytics` and `currentAnalytics()` have it.
   *
   * @example
   * declare global {
   *   interface SelfsameRegister {
   *     plan: typeof plan
   *   }
   * }
   */
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- applications add to it
  interface SelfsameRegister {}
}

/** The type of the plan that an application has declared; undefined if it has none. */
export type RegisteredPlan = SelfsameRegister extends { plan: infer P extends AnyPlan }
  ? P
  : undefined

/** The analytics of a request, as the types of a framework have it. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-arguments -- here no plan is declared; in an application one may be
export type RegisteredAnalytics = BoundAnalytics<RegisteredPlan>
