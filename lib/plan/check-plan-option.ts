// The option `plan`: a plan whose schemas answer at once, for calls do.

import { types } from 'node:util'
import { wrong } from '../runtime/check-option.js'
import { describeValue } from '../runtime/describe-value.js'
import { callUserCode } from '../runtime/user-code.js'
import { isThenable } from '../runtime/value-kinds.js'
import { isUnchecked } from './asked-schemas.js'
import { isPlan } from './is-plan.js'
import type { AnySchema, Plan } from './plan.js'
import { hasAsyncFunction } from './zod-functions.js'

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

/**
 * The place of the first schema of a plan that is asynchronous. One that is so for some values alone may not be found:
 * it is a violation when it is asked about such a value.
 */
function asynchronousSchema(plan: Plan): string | undefined {
  const all: Iterable<readonly [name: string, schema: AnySchema | undefined]> = [
    ['traits', plan.traits],
    ['groupTraits', plan.groupTraits],
    ...Object.entries({ ...plan.pages }),
    ...Object.entries({ ...plan.screens }),
    ...Object.entries(plan.events),
  ]
  for (const [name, schema] of all) {
    if (schema !== undefined && !isUnchecked(schema) && isAsynchronous(schema)) {
      return JSON.stringify(name)
    }
  }
  return undefined
}

function isAsynchronous(schema: AnySchema): boolean {
  try {
    const { validate } = schema['~standard']
    // As valibot says it of its schemas.
    if ((schema as { async?: unknown }).async === true) return true
    if (types.isAsyncFunction(validate) || hasAsyncFunction(schema)) return true
    const answer: unknown = callUserCode(() => validate(undefined))
    if (!isThenable(answer)) return false
    Promise.resolve(answer).catch(() => undefined)
    return true
  } catch {
    // What it throws at undefined it may not throw at what is sent.
    return false
  }
}
