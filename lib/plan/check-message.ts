// Checks one message against a plan, where there is no client: in a command, a test, a server that takes messages.

import type { MessageType } from '../spec/messages.js'
import type { MessageViolations } from '../spec/violation.js'
import { PlanChecker, type Fields } from './plan-checker.js'
import type { Plan } from './plan.js'

const checkers = new WeakMap<Plan, PlanChecker>()

/**
 * What is wrong with a message, by a plan. A message that was on the wire is JSON: a schema that wants a Date finds a
 * text in it.
 *
 * @returns undefined if nothing is. Never throws, whatever a schema does
 */
export function checkMessage(
  plan: Plan,
  message: { readonly type: MessageType } & Fields,
): MessageViolations | undefined {
  let checker = checkers.get(plan)
  if (!checker) checkers.set(plan, (checker = new PlanChecker(plan)))
  return checker.check(message.type, message)?.found
}
