// `selfsame dev`: a local endpoint that prints what arrives, until it is interrupted.

import { exitCodes, UsageError } from '../shared/exit-codes.js'
import type { Terminal } from '../shared/terminal.js'
import { messageLine, rejectionLine, violationLine } from '../../spec/message-line.js'
import { loadCollector, type RunningCollector } from '../shared/load-collector.js'
import { loadPlan } from '../shared/load-plan.js'
import type { DevFlags } from './options.js'

/** @returns the exit code */
export async function runDev(flags: DevFlags, terminal: Terminal): Promise<number> {
  const ended = interruption()
  const collector = await started(flags)
  collector.on('message', (message) => terminal.print(messageLine(message)))
  collector.on('violation', ({ violations }) => terminal.print(violationLine(violations)))
  collector.on('rejected', (rejection) => terminal.print(rejectionLine(rejection)))
  terminal.tell(`listening: set the option host to ${collector.url}; Ctrl-C ends it`)
  await ended
  await collector.close()
  return exitCodes.done
}

async function started({ port, db, space, ...flags }: DevFlags): Promise<RunningCollector> {
  const collectors = loadCollector()
  const plan = flags.plan === undefined ? undefined : await loadPlan(flags.plan)
  try {
    return await collectors.startCollector({ port, db, space, plan })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    throw new UsageError(`port ${port} is in use: choose another with --port, or 0 for any`)
  }
}

/** A second signal has its own meaning again. */
function interruption(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, resolve)
    // `selfsame dev | head`: nobody reads any more.
    process.stdout.once('error', resolve)
  })
}
