// The process warnings that a piece of a test causes.

import { setImmediate as nextTurn } from 'node:timers/promises'

export async function warningsOf(work: () => unknown): Promise<(Error & { code?: string })[]> {
  const warnings: Error[] = []
  const listen = (warning: Error): void => {
    warnings.push(warning)
  }
  process.on('warning', listen)
  try {
    await work()
    // Node emits warnings in a tick of their own.
    await nextTurn()
  } finally {
    process.off('warning', listen)
  }
  return warnings
}
