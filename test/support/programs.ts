// Programs in processes of their own, with the built package.

import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export interface Ended {
  code: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
  /** How long it ran, in milliseconds. */
  duration: number
}

/** Runs a program of test/ with Node, as a user would: `selfsame` is the built package. */
export async function run(
  program: URL,
  args: string[],
  options: { nodeArgs?: string[]; env?: NodeJS.ProcessEnv; onStdout?: (text: string) => void } = {},
): Promise<Ended> {
  const started = performance.now()
  const child = spawn(
    process.execPath,
    [...(options.nodeArgs ?? []), fileURLToPath(program), ...args],
    {
      env: { ...process.env, NODE_OPTIONS: '', ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (text: Buffer) => {
    stdout += text.toString()
    options.onStdout?.(text.toString())
  })
  child.stderr.on('data', (text: Buffer) => (stderr += text.toString()))
  return await new Promise((resolve) => {
    child.on('close', (code, signal) => {
      resolve({ code, signal, stdout, stderr, duration: performance.now() - started })
    })
  })
}
