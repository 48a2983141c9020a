import { run } from './program.js'

// `… | head`: nobody reads any more, which is no failure. Every write after it says so again.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
}

process.exitCode = await run(process.argv.slice(2))
