// The program of the command `selfsame`.

import { exitCodes } from './shared/exit-codes.js'
import { run } from './program.js'

// The reader of our output may go away; sending must not depend on it.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)

/** Node ends a process silently, with 0, if it awaits something that can never happen. */
const failTooEarly = (): void => {
  process.exitCode = exitCodes.failed
  process.stderr.write('selfsame: ended before it was done: what it waited for never came\n')
}
process.once('beforeExit', failTooEarly)

// Not awaited at the top level: a module that imports this one would wait for it, and it for that module.
void run(process.argv.slice(2)).then((code) => {
  process.off('beforeExit', failTooEarly)
  process.exitCode = code
  // A terminal or pipe that was not read to its end would hold the process open.
  process.stdin.destroy()
})
