// `selfsame work` in a process of its own.

import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { root } from '../docs/pages.js'

export interface WorkProcess {
  readonly child: ChildProcess
  readonly output: () => string
  readonly ended: Promise<number | NodeJS.Signals | null>
}

const running = new Set<WorkProcess>()

export function work(args: readonly string[], env: NodeJS.ProcessEnv = {}): WorkProcess {
  const child = spawn(process.execPath, [join(root, 'dist/cli.js'), 'work', ...args], {
    env: { ...process.env, NODE_OPTIONS: '', WEB_KEY: 'web-key', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text: Buffer) => (output += text.toString()))
  const ended = once(child, 'close').then(
    ([code, signal]) => (code ?? signal) as number | NodeJS.Signals | null,
  )
  const command = { child, output: () => output, ended }
  running.add(command)
  return command
}

/** Ends what a test has left. */
export async function endAll(): Promise<void> {
  for (const { child, ended } of running) {
    child.kill('SIGKILL')
    await ended
  }
  running.clear()
}
