// The health address of a worker: its counts, for those who watch it.

import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { RunningWorker } from '../../queue/work/worker-options.js'
import { within } from '../../runtime/within.js'
import { UsageError } from '../shared/exit-codes.js'

/** How long the engine may take to answer, in milliseconds. */
const patience = 2_000

/** Answers every GET with 200 if the engine can be reached, else with 503. @throws UsageError if the port is in use */
export async function serveHealth(port: number, worker: RunningWorker): Promise<Server> {
  const server = createServer((request, response) => {
    request.resume()
    void stateOf(worker).then(([status, state]) => {
      response.writeHead(status, { 'Content-Type': 'application/json' })
      response.end(`${JSON.stringify(state)}\n`)
    })
  })
  server.listen(port)
  try {
    await once(server, 'listening')
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException
    throw new UsageError(`port ${port} of --health cannot be used: ${code}`)
  }
  return server
}

async function stateOf(worker: RunningWorker): Promise<[status: number, state: object]> {
  let waiting: number | undefined
  const asked = worker.backlog().then(
    (count) => (waiting = count),
    () => undefined,
  )
  await within(patience, asked)
  const status = waiting === undefined ? 503 : 200
  return [status, { status: status === 200 ? 'ok' : 'queue away', waiting, ...worker.stats() }]
}
