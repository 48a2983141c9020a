// Checks a client's calls against its plan. What is not as planned is reported, dropped or thrown.

import type { Draft } from '../message/compose.js'
import { PlanChecker } from '../plan/plan-checker.js'
import { describeValue } from '../runtime/describe-value.js'
import type { UserCode } from '../runtime/user-code.js'
import { isThenable } from '../runtime/value-kinds.js'
import { AnalyticsError } from '../spec/error.js'
import type { Message, MessageType } from '../spec/messages.js'
import type { MessageViolations, ViolationEvent } from '../spec/violation.js'
import type { ErrorReporter } from '../failures/error-reporter.js'
import type { ViolationFunction, ViolationOutcome } from './options/analytics-options.js'
import type { Settings } from './options/read-options.js'

/** What a client has found wrong with a message, and what becomes of it. */
export interface Verdict {
  readonly outcome: ViolationOutcome
  readonly found: MessageViolations
  /** In words that quote no value. */
  readonly reason: string
  readonly cause: unknown
}

/** As much of a client as a guard needs. */
interface GuardedClient {
  listenerCount(event: 'violation'): number
  emit(event: 'violation', violation: ViolationEvent): boolean
}

interface Surroundings {
  readonly client: GuardedClient
  readonly userCode: UserCode
  readonly warn: (text: string) => void
}

const outcomes: readonly unknown[] = ['report', 'drop', 'throw'] satisfies ViolationOutcome[]

/** Names may be anybody's data: past so many kinds there are no more warnings. */
const mostKinds = 100

export class PlanGuard {
  readonly #checker: PlanChecker
  readonly #onViolation: ViolationOutcome | ViolationFunction
  readonly #around: Surroundings
  /** The kinds that were warned of. */
  readonly #warned = new Set<string>()
  /** Told at the end of a call. */
  readonly #untold: (readonly [Verdict, text: string])[] = []
  #isTelling = false
  #isDeciding = false

  constructor(
    checker: PlanChecker,
    onViolation: ViolationOutcome | ViolationFunction,
    around: Surroundings,
  ) {
    this.#checker = checker
    this.#onViolation = onViolation
    this.#around = around
  }

  /**
   * Checks a message in the making. Its context then says what is wrong with it; if its plan transforms, it has what the
   * schema made of it.
   *
   * @param context of a message that has none of its own
   * @returns undefined if it is as planned
   */
  check(type: MessageType, message: Draft, context: Draft): Verdict | undefined {
    const checked = this.#checker.check(type, message)
    if (checked === undefined) return undefined
    if (checked.found === undefined) {
      message[checked.field] = checked.value
      return undefined
    }
    const { found, summary: reason, cause } = checked
    const own = message.context as Draft | undefined
    message.context = { ...(own ?? context), violations: found.violations }
    return { outcome: this.#decide(found), found, reason, cause }
  }

  /** To be called when the call's message is complete; what has been found is told at the end of the call. */
  note(verdict: Verdict, text: string): void {
    this.#untold.push([verdict, text])
  }

  /** At the end of a call, when all that it changes is complete: warns, and calls the listeners of `violation`. */
  tell(): void {
    // A listener's own calls are reported in a later turn: one that violates the plan would call itself again.
    if (this.#untold.length === 0 || this.#isTelling) return
    this.#isTelling = true
    try {
      for (const [verdict, text] of this.#untold.splice(0)) this.#tellOne(verdict, text)
    } finally {
      this.#isTelling = false
      if (this.#untold.length > 0) setImmediate(() => this.tell())
    }
  }

  #tellOne({ outcome, found, reason }: Verdict, text: string): void {
    // What is dropped has failed, and is warned of as that.
    if (outcome === 'report') this.#warnOf(found, reason)
    const { client } = this.#around
    if (client.listenerCount('violation') === 0) return
    client.emit('violation', { ...found, message: JSON.parse(text) as Message })
  }

  /** Once a kind: the same fields of the same event. */
  #warnOf({ type, name = '', violations }: MessageViolations, reason: string): void {
    const places = violations.map(
      ({ type: what, field }) => `${what} ${field.replace(/\d+/g, '*')}`,
    )
    const kind = [type, name, ...places].join('\n')
    if (this.#warned.has(kind) || this.#warned.size >= mostKinds) return
    this.#warned.add(kind)
    this.#around.warn(
      `${reason}. It is sent all the same. Listen to 'violation' for all of them; there are no further warnings of this kind.`,
    )
  }

  #decide(found: MessageViolations): ViolationOutcome {
    const decide = this.#onViolation
    if (typeof decide !== 'function') return decide
    // A call that it makes itself would come to it again.
    if (this.#isDeciding) return 'report'
    this.#isDeciding = true
    try {
      const answer = this.#around.userCode.ask('option onViolation', () => {
        const given = decide(found) ?? undefined
        if (given === undefined || outcomes.includes(given) || isThenable(given)) return given
        throw new TypeError(
          `it returned ${describeValue(given)}; allowed: 'report', 'drop', 'throw' or nothing`,
        )
      })
      return answer ?? 'report'
    } finally {
      this.#isDeciding = false
    }
  }
}

/** The error of a call that is to throw. */
export function violationError({ reason, cause }: Verdict, text: string): AnalyticsError {
  return new AnalyticsError('plan_violation', reason, {
    cause,
    messages: () => [JSON.parse(text) as Message],
  })
}

/** Undefined for a client without a plan. */
export function planGuardFor(
  { plan, onViolation }: Settings,
  client: GuardedClient,
  userCode: UserCode,
  reporter: ErrorReporter,
): PlanGuard | undefined {
  if (plan === undefined) return undefined
  const warn = (text: string): void => reporter.warn('SELFSAME_PLAN_VIOLATION', text)
  return new PlanGuard(new PlanChecker(plan), onViolation, { client, userCode, warn })
}
