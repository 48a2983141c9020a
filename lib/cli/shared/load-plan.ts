// The plan of a command: a module that exports one.

import { existsSync } from 'node:fs'
import { loadPlanFile, PlanFileError } from '../../plan/load-plan-file.js'
import type { Plan } from '../../plan/plan.js'
import { UsageError } from './exit-codes.js'

const standard = ['plan.ts', 'plan.mts', 'plan.mjs', 'plan.js']

/** @throws UsageError if none is given, and there is none in the working directory */
export function planPath(given: string | undefined): string {
  const path = given ?? standard.find((each) => existsSync(each))
  if (path !== undefined) return path
  throw new UsageError(`there is no ${standard.join(', ')} here: give the file of the plan`)
}

/** @throws UsageError that says what is wrong with the file */
export async function loadPlan(path: string): Promise<Plan> {
  try {
    return await loadPlanFile(path)
  } catch (error) {
    if (error instanceof PlanFileError) throw new UsageError(error.message, { cause: error })
    throw error
  }
}
