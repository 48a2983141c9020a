// What `selfsame` runs.

import { exitCodes } from './shared/exit-codes.js'
import { run } from './program.js'

// Who reads our output may go away: what is sent does not depend on it.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)

/** Node ends a process quietly, with 0, where what it waits for can never come. */
const failTooEarly = (): void => {
  process.exitCode = exitCodes.failed
  process.stderr.write('selfsame: ended before it was done: what it waited for never came\n')
}
process.once('beforeExit', failTooEarly)

// Not awaited at the top level: a module that imports this one back would wait for it, and it for that module.
void run(process.argv.slice(2)).then((code) => {
  process.off('beforeExit', failTooEarly)
  process.exitCode = code
  // A terminal or a pipe that was not read to its end would hold the process.
  process.stdin.destroy()
})
