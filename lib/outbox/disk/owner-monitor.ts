// Detects owners that have died.

import { isOfThisMachine } from './names.js'
import { isListening, markerOf } from './liveness.js'

/**
 * How long a liveness marker must have gone without renewal, in milliseconds, if nothing else can be known: for a client
 * on another machine, or before a reboot, or of another user whose socket this process may not connect to, or without a
 * socket. Markers are renewed far more often.
 */
const longestStandstill = 5 * 60_000

/**
 * Tells dead clients from living ones. A client whose socket can be reached is never mistaken for dead because it is
 * stopped or slow.
 */
export class OwnerMonitor {
  readonly #directory: string
  readonly #watched = new Map<string, { state: string; since: number }>()

  constructor(directory: string) {
    this.#directory = directory
  }

  async isDead(owner: string): Promise<boolean> {
    const marker = await markerOf(this.#directory, owner)
    if (marker?.isSocket && isOfThisMachine(owner)) {
      const isAlive = await isListening(this.#directory, owner)
      if (isAlive !== undefined) return !isAlive
    }
    return this.#standsStill(owner, marker?.state ?? 'no marker')
  }

  /** Forgets clients that have left nothing behind. */
  forgetAllBut(owners: ReadonlySet<string>): void {
    for (const owner of this.#watched.keys()) if (!owners.has(owner)) this.#watched.delete(owner)
  }

  /** Uses our own monotonic clock: clocks of two machines may differ, and a wall clock may be set. */
  #standsStill(owner: string, state: string): boolean {
    const now = performance.now()
    const watched = this.#watched.get(owner)
    if (watched?.state !== state) {
      this.#watched.set(owner, { state, since: now })
      return false
    }
    return now - watched.since >= longestStandstill
  }
}
