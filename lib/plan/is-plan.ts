// What is a plan.

import type { Plan } from './plan.js'

/** Whether a value is a plan that `definePlan()` made, in whichever copy of the package. */
export function isPlan(value: unknown): value is Plan {
  if (typeof value !== 'object' || value === null) return false
  const { kind, version, events } = value as Partial<Plan>
  return kind === 'selfsame.plan' && (version as unknown) === 1 && typeof events === 'object'
}
