// What stands behind the port: the store, what is asked of it, and what becomes of a request.
import { Api } from './api/api.js'
import { Arrivals } from './api/arrivals/arrivals.js'
import { Asking } from './api/asking/asking.js'
import { Dedup } from './reception/dedup.js'
import { Misbehaviour } from './faults/misbehave.js'
import type { Desk } from './http/exchange.js'
import type { Settings } from './http/options.js'
import { Intake } from './intake/intake.js'
import type { Fault } from './messages/discard.js'
import type { CollectedMessage } from './messages/message.js'
import type { CollectedRequest, MessageViolation } from './messages/records.js'
import { People } from './people/people.js'
import { promote } from './profiles/promote.js'
import { Reception } from './reception/reception.js'
import { Sources } from './http/sources.js'
import { MemoryStore } from './store/memory/memory-store.js'
import type { Store } from './store/store.js'

/** What the collector does when something happens. */
export interface Hooks {
  /** The time, ms since 1970. Never fails. */
  now(): number
  isDown(): boolean
  accepted(message: CollectedMessage): void
  violated(violation: MessageViolation): void
  duplicate(): void
  rejected(fault: Fault, message?: unknown): void
  requested(request: CollectedRequest): void
  failed(error: unknown): void
  /** A parcel has been decided about. */
  changed(): void
  /** All is to be forgotten. */
  clear(): void
}

export class Backend {
  readonly store: Store
  readonly arrivals: Arrivals
  readonly asking: Asking
  readonly people: People
  readonly misbehaviour = new Misbehaviour()
  readonly desk: Desk
  readonly #settings: Settings
  readonly #hooks: Hooks
  readonly #intake: Intake | undefined
  readonly #dedup: Dedup | undefined
  readonly #closed = new AbortController()

  constructor(settings: Settings, store: Store, hooks: Hooks) {
    this.store = store
    this.#settings = settings
    this.arrivals = new Arrivals(Date.now, settings.planned, () => hooks.now())
    this.#hooks = hooks
    this.#intake = settings.keep ? new Intake(store, settings.rules) : undefined
    // A store on disk knows every messageId that it has.
    const isRemembered = settings.dedup && settings.db === undefined
    this.#dedup = isRemembered ? new Dedup(settings.dedupWindow) : undefined
    this.asking = new Asking({ store, arrivals: this.arrivals }, this.#closed.signal)
    this.people = new People(store, settings.rules, () => hooks.now())
    this.desk = this.#newDesk()
  }

  /** Forgets what is in memory. What is in a database stays there. */
  clear(): void {
    if (this.store instanceof MemoryStore) this.store.clear()
    this.arrivals.cleared()
    this.#dedup?.clear()
  }

  /** What is on its way is still taken in. */
  async close(): Promise<void> {
    this.#closed.abort()
    await this.#intake?.close()
    // What is in memory can still be read.
    if (this.store.kind !== 'memory') await this.store.close()
  }

  #newDesk(): Desk {
    const hooks = this.#hooks
    const reception = this.#newReception()
    return {
      settings: this.#settings,
      sources: new Sources(this.#settings.sources, this.#settings.space),
      api: this.#newApi(),
      now: () => hooks.now(),
      misbehaviour: this.misbehaviour,
      get isDown() {
        return hooks.isDown()
      },
      accept: async (parcel, at, source) => {
        const unavailable = await reception.accept(parcel, at, source)
        hooks.changed()
        return unavailable
      },
      refuse: ({ code, reason }) => {
        hooks.rejected({ code, reason })
        this.arrivals.refused({ kind: 'discarded', code, reason, message: undefined })
      },
      note: (request) => {
        hooks.requested(request)
      },
      hookFailed: (error) => {
        hooks.failed(error)
      },
    }
  }

  #newApi(): Api {
    const { token, hosts, host, rules, db } = this.#settings
    return new Api({
      store: this.store,
      arrivals: this.arrivals,
      people: this.people,
      misbehaviour: this.misbehaviour,
      guard: { token, host, hosts },
      promote: (message) => promote(message, rules),
      rules,
      clear: () => {
        if (db !== undefined)
          throw new TypeError('a database is not cleared: erase people, or delete it')
        this.#hooks.clear()
        return Promise.resolve()
      },
      now: () => this.#hooks.now(),
      closed: this.#closed.signal,
    })
  }

  #newReception(): Reception {
    const { arrivals } = this
    const hooks = this.#hooks
    const { planned } = this.#settings
    return new Reception({
      settings: this.#settings,
      dedup: this.#dedup,
      intake: this.#intake,
      reports: {
        accepted(message, { name, space }, outcome) {
          hooks.accepted(message)
          const notPlanned = planned.violationsOf(message)
          if (notPlanned.length > 0) hooks.violated({ message, violations: notPlanned })
          if (outcome?.isDuplicate !== false) return
          const { seq, profileId, violations } = outcome
          arrivals.kept({ seq, message, space, source: name, profileId }, violations, notPlanned)
        },
        duplicate(message, { name, space }) {
          hooks.duplicate()
          arrivals.refused({ kind: 'duplicate', message, space, source: name })
        },
        refused(fault, message, { name, space }) {
          hooks.rejected(fault, message)
          arrivals.refused({ kind: 'discarded', ...fault, message, space, source: name })
        },
        failed(error) {
          hooks.failed(error)
        },
      },
    })
  }
}
