// What is said when the process ends.

import { writeSync } from 'node:fs'

/** Writes a line to standard error at once: process warnings are told in a tick that does not come any more. */
export function lastWord(text: string): void {
  try {
    writeSync(2, `selfsame: ${text}\n`)
  } catch {
    // Nobody reads it any more, or its pipe is full. Thrown, it would keep the exit listeners of the app's from running.
  }
}
