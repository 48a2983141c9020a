// What is not as planned in a message: by the plan of the collector, and by what the client has written into it.
import { asynchronousSchema } from '../../../../lib/plan/asynchronous-schema.js'
import { isPlan } from '../../../../lib/plan/is-plan.js'
import { PlanChecker } from '../../../../lib/plan/plan-checker.js'
import type { AnyPlan } from '../../../../lib/spec/planned-calls.js'
import type { Violation } from '../../../../lib/spec/violation.js'
import { type CollectedMessage, isObject, type JsonObject } from './message.js'

/** A client writes at most ten. */
const MOST = 20

/** Finds what is not as planned. Without a plan there is only what clients say of their own. */
export class Planned {
  readonly #checker: PlanChecker | undefined

  /** @throws TypeError if the plan has a schema that does not answer at once. */
  constructor(plan: AnyPlan | undefined) {
    if (!isPlan(plan)) return
    const name = asynchronousSchema(plan)
    if (name !== undefined) {
      const given = `that of ${name} is asynchronous`
      throw new TypeError(`startCollector: plan must have schemas that answer at once; ${given}`)
    }
    this.#checker = new PlanChecker(plan)
  }

  /** What the client wrote first, then what it did not. Never throws. */
  violationsOf(message: CollectedMessage): readonly Violation[] {
    const written = writtenIn(message)
    const own = this.#checker?.check(message.type, {
      ...message,
      // A client sends an empty object for what is left out of a call.
      properties: message.properties ?? {},
      traits: message.traits ?? {},
    })?.found?.violations
    if (own === undefined) return written
    const isNew = ({ type, field }: Violation) =>
      !written.some((each) => each.type === type && each.field === field)
    return [...written, ...own.filter(isNew)].slice(0, MOST)
  }
}

/** Anybody can write anything there. */
function writtenIn({ context }: CollectedMessage): readonly Violation[] {
  const list = isObject(context) ? context.violations : undefined
  if (!Array.isArray(list)) return []
  return list.slice(0, MOST).filter(isViolation)
}

function isViolation(value: unknown): value is JsonObject & Violation {
  if (!isObject(value)) return false
  return [value.type, value.field, value.description].every((each) => typeof each === 'string')
}
