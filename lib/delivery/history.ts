// The failed attempts of a batch.

/** What is known about a batch's failed attempts. */
export interface History {
  attempts: number
  failures: number
  faults: number
  /** Whether the attempt that was just refused had renewed credentials. */
  isRenewed: boolean
  /** When the first one failed, on the monotonic clock. */
  since: number
  /** Whether it has to be sent in smaller parts. */
  isTooSlow: boolean
}

export function newHistory(): History {
  return {
    attempts: 0,
    failures: 0,
    faults: 0,
    isRenewed: false,
    since: NaN,
    isTooSlow: false,
  }
}
