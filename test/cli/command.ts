// The built command, in a process and a folder of its own.

import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startCollector, type Collector } from '@selfsame/collector'

const program = fileURLToPath(new URL('../../dist/cli.js', import.meta.url))

/** What is never to be seen in any output. */
export const secret = 'the-write-key'

export interface Outcome {
  code: number | null
  stdout: string
  stderr: string
}

export interface Started {
  readonly child: ChildProcess
  readonly outcome: Promise<Outcome>
}

export interface Setup {
  readonly collector: Collector
  readonly folder: string
  /** The path of a file in the folder. */
  readonly at: (name: string) => string
  readonly start: (args: readonly string[], options?: StartOptions) => Started
  readonly run: (args: readonly string[], options?: StartOptions) => Promise<Outcome>
}

interface StartOptions {
  input?: string | Buffer
  env?: NodeJS.ProcessEnv
  /** A copy of the command. */
  command?: string
}

/** Runs a test with a collector and a folder, which are gone after it. */
export async function withCommand(test: (setup: Setup) => Promise<void>): Promise<void> {
  const collector = await startCollector({ writeKeys: [secret], maxMessages: 1_000_000 })
  const folder = mkdtempSync(join(tmpdir(), 'selfsame-'))
  const children: ChildProcess[] = []
  const start = (args: readonly string[], options: StartOptions = {}): Started => {
    const child = spawn(process.execPath, [options.command ?? program, ...args], {
      cwd: folder,
      env: {
        ...process.env,
        NODE_OPTIONS: '',
        DEBUG: '',
        SEGMENT_WRITE_KEY: secret,
        SEGMENT_HOST: collector.url,
        ...options.env,
      },
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    children.push(child)
    // A command that does not read its input closes it.
    child.stdin.on('error', () => undefined)
    child.stdin.end(options.input ?? '')
    return { child, outcome: outcomeOf(child) }
  }
  try {
    await test({
      collector,
      folder,
      at: (name) => join(folder, name),
      start,
      run: (args, options) => start(args, options).outcome,
    })
  } finally {
    for (const child of children) child.kill('SIGKILL')
    await collector.close()
    rmSync(folder, { recursive: true })
  }
}

async function outcomeOf(child: ChildProcess): Promise<Outcome> {
  let stdout = ''
  let stderr = ''
  child.stdout?.on('data', (text: Buffer) => (stdout += text.toString()))
  child.stderr?.on('data', (text: Buffer) => (stderr += text.toString()))
  return await new Promise((resolve) => {
    child.on('close', (code) => {
      resolve({ code, stdout, stderr })
    })
  })
}
