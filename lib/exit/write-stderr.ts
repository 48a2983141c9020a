// Standard error at the end of the process.

import { writeSync } from 'node:fs'

/** Writes a line to standard error at once: process warnings appear in a later tick, which does not come any more. */
export function writeStderr(text: string): void {
  try {
    writeSync(2, `selfsame: ${text}\n`)
  } catch {
    // Nobody reads it any more, or its pipe is full. If this threw, the application's exit listeners would not run.
  }
}
