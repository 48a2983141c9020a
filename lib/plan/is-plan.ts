// What is a plan.

import type { Plan } from './plan.js'

/** Whether a value is a plan that `definePlan()` made, in whichever copy of the package. */
export function isPlan(value: unknown): value is Plan {
  return (
    typeof value === 'object' &&
    value !== null &&
    (value as Partial<Plan>).kind === 'selfsame.plan' &&
    typeof (value as Partial<Plan>).events === 'object'
  )
}
