// Time that passes only when a test says so: hours of backoff take no time, and every run can be repeated.

import { setImmediate as nextTurn, setTimeout as realPause } from 'node:timers/promises'
import { isDiskBusy, watchCloses } from './disk-activity.js'
import { isNetworkBusy } from './network-activity.js'

interface Timer {
  readonly id: number
  due: number
  readonly interval: number | undefined
  readonly fire: () => void
}

/** How many turns of the event loop without any activity mean that nothing more happens before time passes. */
const calmTurns = 3

/** So many turns with activity are a loop that never ends. */
const mostTurns = 50_000
const mostTurnsAfterRun = 500

/** After so many turns the disk is waited for without keeping the processor busy. */
const spinningTurns = 200

/** How often a network is waited for when no timer is due. */
const mostIdle = 20

const startOfTime = Date.UTC(2026, 0, 1)
const longestTimer = 2 ** 31 - 1

export class VirtualClock {
  readonly #timers = new Map<number, Timer>()
  /** Real milliseconds to wait in each turn, for clients that use the network. */
  readonly #patience: number
  #lastId = 0
  #elapsed = 0
  #activity = 0
  #random: number
  #check: () => void
  #isOver = false

  /** @param check called again and again while time stands still; throws if nothing more is worth waiting for */
  constructor({ seed, patience, check }: { seed: number; patience: number; check: () => void }) {
    this.#random = seed
    this.#patience = patience
    this.#check = check
  }

  /** The run is over, or has failed: whatever goes on is waited for no longer than a while. */
  endRun(): void {
    this.#check = () => undefined
    this.#isOver = true
  }

  /** Milliseconds since the epoch. */
  get now(): number {
    return startOfTime + Math.floor(this.#elapsed)
  }

  /** Milliseconds since the start of the run. */
  get elapsed(): number {
    return this.#elapsed
  }

  /** Something has happened, and more may follow in the next turn. */
  touch(): void {
    this.#activity++
  }

  /** Replaces the clocks, timers and random numbers of the process. Returns what puts them back. */
  install(): () => void {
    const { setTimeout, setInterval, clearTimeout, clearInterval, Date: RealDate } = globalThis
    const { random } = Math
    const now = (): number => this.now
    class VirtualDate extends RealDate {
      static override now = now

      constructor(...args: unknown[]) {
        super(...((args.length === 0 ? [now()] : args) as [number]))
      }
    }
    const clear = (timer: unknown): void => this.#clear(timer)
    Object.assign(globalThis, {
      Date: VirtualDate,
      setTimeout: (fire: () => void, wait?: number) => this.#add(fire, wait, false),
      setInterval: (fire: () => void, wait?: number) => this.#add(fire, wait, true),
      clearTimeout: clear,
      clearInterval: clear,
    })
    Math.random = () => this.#nextRandom()
    Object.defineProperty(performance, 'now', { value: () => this.#elapsed, configurable: true })
    const stopWatching = watchCloses()
    return () => {
      stopWatching()
      Object.assign(globalThis, {
        Date: RealDate,
        setTimeout,
        setInterval,
        clearTimeout,
        clearInterval,
      })
      Math.random = random
      Reflect.deleteProperty(performance, 'now')
    }
  }

  /** Lets everything happen that needs no time. */
  async settle(): Promise<void> {
    let calm = 0
    let quiet = 0
    for (let turns = 0; calm < calmTurns;) {
      if (this.#isOver && turns === mostTurnsAfterRun) return
      if (turns === mostTurns) throw new Error('the event loop never comes to rest')
      const before = this.#activity
      if (this.#patience > 0) await realPause(this.#patience)
      await nextTurn()
      this.#check()
      if (this.#activity !== before) {
        quiet = 0
        turns++
      } else if (quiet > spinningTurns) {
        await realPause(1)
      }
      calm = quiet === 0 || isDiskBusy() || isNetworkBusy() ? 0 : calm + 1
      quiet++
    }
  }

  /** Lets time pass. */
  async pass(milliseconds: number): Promise<void> {
    const end = this.#elapsed + milliseconds
    await this.settle()
    while (this.#fireNext(end)) await this.settle()
    this.#elapsed = end
  }

  /** Lets time pass until a promise is settled, or for so long. Returns whether it is settled. */
  async until(promise: Promise<unknown>, milliseconds: number): Promise<boolean> {
    let isSettled = false as boolean
    const note = (): void => {
      isSettled = true
    }
    promise.then(note, note)
    const end = this.#elapsed + milliseconds
    await this.settle()
    for (let idle = 0; !isSettled && idle <= mostIdle;) {
      // Where there is a network, nothing may be due, and an answer be on its way.
      if (!this.#fireNext(end)) idle += this.#patience > 0 ? 1 : Infinity
      await this.settle()
    }
    return isSettled
  }

  #fireNext(end: number): boolean {
    let next: Timer | undefined
    for (const timer of this.#timers.values()) {
      if (timer.due <= end && (!next || timer.due < next.due)) next = timer
    }
    if (!next) return false
    this.#elapsed = Math.max(this.#elapsed, next.due)
    if (next.interval === undefined) this.#timers.delete(next.id)
    else next.due = this.#elapsed + next.interval
    next.fire()
    return true
  }

  #add(fire: () => void, wait: number | undefined, repeats: boolean): object {
    const id = ++this.#lastId
    const given = Number(wait)
    // As Node does.
    const duration = given >= 1 && given <= longestTimer ? given : 1
    this.#timers.set(id, {
      id,
      due: this.#elapsed + duration,
      interval: repeats ? duration : undefined,
      fire,
    })
    const handle = {
      id,
      ref: () => handle,
      unref: () => handle,
      hasRef: () => true,
      [Symbol.toPrimitive]: () => id,
    }
    return handle
  }

  #clear(timer: unknown): void {
    const id = typeof timer === 'object' ? (timer as { id?: number } | null)?.id : timer
    this.#timers.delete(id as number)
  }

  /** mulberry32. */
  #nextRandom(): number {
    this.#random = (this.#random + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.#random ^ (this.#random >>> 15), 1 | this.#random)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
