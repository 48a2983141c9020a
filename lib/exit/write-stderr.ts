// Writes to standard error at the end of the process.

import { writeSync } from 'node:fs'

/** Writes a line to standard error at once: process warnings are printed in a later tick, which will not come. */
export function writeStderr(text: string): void {
  try {
    writeSync(2, `selfsame: ${text}\n`)
  } catch {
    // Its pipe is closed or full. If this threw, the application's exit listeners would not run.
  }
}
