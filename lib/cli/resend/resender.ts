// Letters on their way: in order, through the delivery of the backfill, their texts as they are.

import { Dispatch } from '../../backfill/dispatch.js'
import type { Settings } from '../../client/options/read-options.js'
import type { Failure } from '../../delivery/sender.js'
import { lineOfFailure, type Failures } from './failures.js'
import type { Letter } from './letter.js'

/** How long a request that is under way may take to end when the run is stopped, in milliseconds. */
const landing = 3_000

export class Resender {
  delivered = 0
  readonly #dispatch: Dispatch
  readonly #failures: Failures
  readonly #signal: AbortSignal
  readonly #largest: number
  /** Those under way, by their places among all. */
  readonly #pending = new Map<number, Letter>()
  #settled: (() => void) | undefined
  #error: unknown

  constructor(settings: Settings, rate: number, failures: Failures, signal: AbortSignal) {
    this.#failures = failures
    this.#signal = signal
    this.#largest = settings.maxMessageBytes
    this.#dispatch = new Dispatch(
      { client: settings, rate },
      {
        delivered: (sequence, count) => {
          this.#take(sequence, count)
          this.delivered += count
        },
        refused: (sequence, count, failure) => this.#refuse(sequence, count, failure),
      },
    )
    signal.addEventListener('abort', () => this.#settled?.())
  }

  get pending(): number {
    return this.#pending.size
  }

  get waitingFor(): string | undefined {
    return this.#dispatch.waitingFor
  }

  /** The line from which on a later run has to send; undefined where everything that was given is settled. */
  get firstPendingLine(): number | undefined {
    const [first] = this.#pending.values()
    return first?.line
  }

  /** Takes it on when there is room, or fails it. @returns false where the run was stopped */
  async send(letter: Letter): Promise<boolean> {
    const { gate, window } = this.#dispatch
    while (gate.count >= window && !this.#isStopped) await this.#untilSettled()
    if (this.#isStopped) return false
    const place = gate.nextSequence
    if (gate.append(letter.message, undefined) === 'accepted') {
      this.#pending.set(place, letter)
      this.#dispatch.poke()
    } else {
      const reason = `the message has ${Buffer.byteLength(letter.message)} bytes; allowed: ${this.#largest}`
      this.#fail([letter], 'message_too_large', reason, undefined)
    }
    return true
  }

  /** Resolves when everything is settled; where the run was stopped, when what is under way has ended. */
  async end(): Promise<void> {
    const { gate } = this.#dispatch
    gate.drain()
    this.#dispatch.poke()
    while (this.pending > 0 && !this.#isStopped) await this.#untilSettled()
    if (this.#isStopped) {
      gate.shut()
      const deadline = performance.now() + landing
      while (gate.inFlight > 0 && performance.now() < deadline)
        await this.#untilSettled(deadline - performance.now())
    }
    this.#dispatch.stop()
    if (this.#error !== undefined) throw this.#error as Error
  }

  get #isStopped(): boolean {
    return this.#signal.aborted || this.#error !== undefined
  }

  #take(sequence: number, count: number): Letter[] {
    const letters: Letter[] = []
    for (let place = sequence; place < sequence + count; place++) {
      const letter = this.#pending.get(place)
      if (letter && this.#pending.delete(place)) letters.push(letter)
    }
    this.#dispatch.gate.confirm(sequence + count)
    this.#settled?.()
    return letters
  }

  #refuse(sequence: number, count: number, failure: Failure): void {
    const { code, reason, status } = failure
    if (status === 401 || status === 403 || status === 404) {
      // A wrong key or address is no fault of a message, and all would fail by it: these stay pending.
      this.#error ??= new Error(`the run was stopped: ${reason}`)
      this.#settled?.()
      return
    }
    this.#fail(this.#take(sequence, count), code, reason, status)
  }

  #fail(letters: Letter[], code: string, reason: string, status: number | undefined): void {
    try {
      this.#failures.add(letters.map(({ message }) => lineOfFailure(code, reason, status, message)))
    } catch (error) {
      this.#error ??= error
    }
  }

  /** A timer of its own holds the process open: those of the delivery do not. */
  async #untilSettled(longest = 1_000): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    await new Promise<void>((resolve) => {
      timer = setTimeout(resolve, longest)
      this.#settled = resolve
    })
    clearTimeout(timer)
  }
}
