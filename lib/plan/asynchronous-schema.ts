// Which schema of a plan is asynchronous, if any is: Standard Schema has no field that would say so.

import { types } from 'node:util'
import { callUserCode } from '../runtime/user-code.js'
import { isThenable } from '../runtime/value-kinds.js'
import { isUnchecked } from './asked-schemas.js'
import type { AnySchema, Plan } from './plan.js'
import { hasAsyncFunction } from './zod-functions.js'

/** By plan. A plan that another copy of the package made is looked at when a client is made. */
const remembered = new WeakMap<Plan, string | undefined>()

/** Looks at the schemas when a plan is defined: a large one takes milliseconds, and clients are to be made at once. */
export function rememberAsynchronous(plan: Plan): void {
  remembered.set(plan, find(plan))
}

/**
 * The place of the first schema of a plan that is asynchronous. One that is so for some values alone may not be found:
 * it is a violation when it is asked about such a value.
 */
export function asynchronousSchema(plan: Plan): string | undefined {
  return remembered.has(plan) ? remembered.get(plan) : find(plan)
}

function find(plan: Plan): string | undefined {
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

/** Of their schemas all is known without asking, and what they answer to undefined is dear: an error, with its stack. */
const readWithoutAsking: ReadonlySet<string> = new Set(['zod', 'valibot', 'arktype'])

function isAsynchronous(schema: AnySchema): boolean {
  try {
    const { validate, vendor } = schema['~standard']
    // As valibot says it of its schemas.
    if ((schema as { async?: unknown }).async === true) return true
    if (types.isAsyncFunction(validate) || hasAsyncFunction(schema)) return true
    if (readWithoutAsking.has(vendor)) return false
    const answer: unknown = callUserCode(() => validate(undefined))
    if (!isThenable(answer)) return false
    Promise.resolve(answer).catch(() => undefined)
    return true
  } catch {
    // What it throws at undefined it may not throw at what is sent.
    return false
  }
}
