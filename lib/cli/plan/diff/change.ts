// A change of a plan.

export interface Change {
  /** `event "Order Completed", properties.revenue`. */
  readonly place: string
  readonly what: string
  /** Whether a message that was as planned may no longer be; null if that cannot be told. */
  readonly breaks: boolean | null
}
