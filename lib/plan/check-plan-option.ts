// The option `plan`: a plan whose schemas answer at once, for calls do.

import { wrong } from '../runtime/check-option.js'
import { describeValue } from '../runtime/describe-value.js'
import { asynchronousSchema } from './asynchronous-schema.js'
import { isPlan } from './is-plan.js'
import type { Plan } from './plan.js'

/** @throws TypeError that says what is wrong with it */
export function checkPlanOption(value: unknown): Plan | undefined {
  if (value === undefined) return undefined
  if (!isPlan(value))
    throw wrong('plan', describeValue(value), 'what definePlan() of selfsame/plan returns')
  const name = asynchronousSchema(value)
  if (name === undefined) return value
  const given = `one in which the schema of ${name} is asynchronous`
  throw wrong('plan', given, 'schemas that answer at once')
}
