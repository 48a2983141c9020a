// The limits of a page, as all stores read them.
import type { Page } from './store.js'

const DEFAULT_LIMIT = 100

export interface Bounds {
  readonly limit: number
  readonly after: number
  readonly before: number
  /** Oldest first if a page comes after a place, else newest first. */
  readonly isAscending: boolean
}

export function boundsOf({ limit = DEFAULT_LIMIT, after, before }: Page): Bounds {
  return {
    limit: Math.max(0, Math.floor(limit)),
    after: after ?? 0,
    before: before ?? Number.MAX_SAFE_INTEGER,
    isAscending: after !== undefined,
  }
}
