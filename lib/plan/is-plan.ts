// What is a plan, and one that a client can go by.

import { types } from 'node:util'
import { callUserCode } from '../runtime/user-code.js'
import { isThenable } from '../runtime/value-kinds.js'
import { isUnchecked } from './asked-schemas.js'
import type { AnySchema, Plan } from './plan.js'
import { hasAsyncFunction } from './zod-functions.js'

/** Whether a value is a plan that `definePlan()` made, in whichever copy of the package. */
export function isPlan(value: unknown): value is Plan {
  if (typeof value !== 'object' || value === null) return false
  const { kind, version, events } = value as Partial<Plan>
  return kind === 'selfsame.plan' && (version as unknown) === 1 && typeof events === 'object'
}

/**
 * The place of the first schema of a plan that is asynchronous. One that is so for some values alone may not be found:
 * it is a violation when it is asked about such a value.
 */
export function asynchronousSchema(plan: Plan): string | undefined {
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
