// `selfsame work`: delivers from a shared queue, until it is interrupted.

import type { AddressInfo } from 'node:net'
import { exitCodes } from '../shared/exit-codes.js'
import { Interruption } from '../shared/interruption.js'
import { formatCount } from '../shared/words.js'
import type { Terminal } from '../shared/terminal.js'
import { WorkDisplay } from './display.js'
import { startEngine } from './engine.js'
import { serveHealth } from './health.js'
import type { WorkFlags } from './options.js'
import { sourcesOf } from './sources.js'

/** @returns the exit code */
export async function runWork(flags: WorkFlags, terminal: Terminal): Promise<number> {
  let say = (text: string): void => {
    terminal.tell(text)
  }
  const sources = sourcesOf(flags)
  const rate = flags.rate === 0 ? undefined : flags.rate
  const { worker, place, disconnect } = await startEngine(flags, {
    sources,
    rate,
    concurrency: flags.concurrency,
    onProblem: (text) => {
      say(text)
    },
  })
  try {
    const server = flags.health === undefined ? undefined : await serveHealth(flags.health, worker)
    const names = Object.keys(sources).join(', ')
    const health = server ? `; health on port ${(server.address() as AddressInfo).port}` : ''
    terminal.tell(`delivering from ${place}: ${names}${health}; Ctrl-C ends it`)
    const display = new WorkDisplay(
      () => worker.stats(),
      () => worker.backlog(),
    )
    say = (text) => {
      display.say(text)
    }
    await interrupted(say)
    const { delivered, failed } = await worker.close()
    display.end()
    server?.closeAllConnections()
    server?.close()
    await disconnect()
    terminal.tell(`${formatCount(delivered)} delivered, ${formatCount(failed)} failed`)
    return exitCodes.done
  } catch (error) {
    await worker.close({ timeout: 0 })
    await disconnect()
    throw error
  }
}

/** A second signal ends the process at once. */
async function interrupted(say: (text: string) => void): Promise<void> {
  const { signal } = new Interruption(say)
  await new Promise((resolve) => {
    signal.addEventListener('abort', resolve)
  })
}
