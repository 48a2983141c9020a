// How much arrives, and from whom.
import { isObject } from '../../messages/message.js'
import type { FoundMessage } from './found.js'

const SECONDS = 60
const MAX_SENDERS = 100
const MAX_NAME = 100

export interface Sender {
  readonly source: string | undefined
  /** The library that it says it is, with its version. */
  readonly library: string | undefined
  messages: number
  /** ms since 1970. */
  lastSeen: number
}

export class Traffic {
  readonly #now: () => number
  /** Messages by second, in a circle. */
  readonly #counts = new Array<number>(SECONDS).fill(0)
  #second: number
  readonly #senders = new Map<string, Sender>()
  #kept = 0
  #discarded = 0
  #duplicates = 0
  readonly #codes = new Map<string, number>()

  constructor(now: () => number) {
    this.#now = now
    this.#second = secondOf(now())
  }

  count(found: FoundMessage): void {
    const { refused } = found
    if (refused === undefined) this.#kept += 1
    else if (refused.kind === 'duplicate') this.#duplicates += 1
    else {
      this.#discarded += 1
      const code = refused.code ?? 'unknown'
      this.#codes.set(code, (this.#codes.get(code) ?? 0) + 1)
    }
    const now = this.#now()
    this.#turn(now)
    const place = this.#second % SECONDS
    this.#counts[place] = (this.#counts[place] ?? 0) + 1
    this.#countSender(found, now)
  }

  /** Since the collector started, or was cleared. */
  get totals() {
    return {
      kept: this.#kept,
      discarded: this.#discarded,
      duplicates: this.#duplicates,
      discards: Object.fromEntries(this.#codes),
    }
  }

  /** Messages in each of the last 60 seconds, the newest last. */
  get seconds(): number[] {
    this.#turn(this.#now())
    return Array.from(
      { length: SECONDS },
      (_, place) => this.#counts[(this.#second + place + 1) % SECONDS] ?? 0,
    )
  }

  /** The newest first. */
  get senders(): Sender[] {
    return [...this.#senders.values()].sort((a, b) => b.lastSeen - a.lastSeen)
  }

  clear(): void {
    this.#counts.fill(0)
    this.#senders.clear()
    this.#codes.clear()
    this.#kept = this.#discarded = this.#duplicates = 0
  }

  /** Empties the seconds that have gone by. A clock that goes back counts into the newest. */
  #turn(now: number): void {
    const second = secondOf(now)
    for (let gone = Math.min(second - this.#second, SECONDS); gone > 0; gone -= 1) {
      this.#counts[(second - gone + 1) % SECONDS] = 0
    }
    this.#second = Math.max(this.#second, second)
  }

  #countSender({ source, message }: FoundMessage, now: number): void {
    const library = libraryOf(message)
    // With the length before it, no two pairs have the same key.
    const key = `${source?.length ?? ''},${source ?? ''}${library ?? ''}`
    const known = this.#senders.get(key)
    if (known !== undefined) {
      known.messages += 1
      known.lastSeen = now
    } else if (this.#senders.size < MAX_SENDERS) {
      this.#senders.set(key, { source, library, messages: 1, lastSeen: now })
    }
  }
}

function secondOf(time: number): number {
  return Math.max(0, Math.floor(time / 1000))
}

function libraryOf(message: unknown): string | undefined {
  const context = isObject(message) ? message.context : undefined
  const library = isObject(context) ? context.library : undefined
  if (!isObject(library) || typeof library.name !== 'string') return undefined
  const version = typeof library.version === 'string' ? ` ${library.version}` : ''
  return `${library.name}${version}`.slice(0, MAX_NAME)
}
