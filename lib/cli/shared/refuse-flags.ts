// Options that contradict others.

import { UsageError } from './exit-codes.js'

/** @throws UsageError that names the first one that is given, and says why it must not be */
export function refuseFlags(given: Readonly<Record<string, unknown>>, why: string): void {
  for (const [name, value] of Object.entries(given))
    if (value !== undefined) throw new UsageError(`${name} ${why}`)
}
