// Runs a program to its end, as a user would on a command line.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

export interface Output {
  stdout: string
  stderr: string
}

export interface RunOptions {
  cwd: string
  env?: Record<string, string>
  /** In milliseconds. */
  timeout?: number
}

/** Long enough for an install on a slow network; whatever hangs is ended, and told as a failure. */
const defaultTimeout = 90_000

/** Rejects with all that the program printed, where it ends with anything but 0. */
export async function run(
  command: string,
  args: readonly string[],
  { cwd, env = {}, timeout = defaultTimeout }: RunOptions,
): Promise<Output> {
  const child = spawn(command, args, {
    cwd,
    timeout,
    env: { ...userEnvironment(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [stdout, stderr, [code, signal]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>,
  ])
  if (code === 0) return { stdout, stderr }
  const line = [command, ...args].join(' ')
  throw new Error(`${line}\nended with ${code ?? String(signal)}\n${stdout}\n${stderr}`)
}

/** As `run`, for a program that is installed in the folder. */
export function runInstalled(
  folder: string,
  program: string,
  args: readonly string[],
): Promise<Output> {
  return run(join(folder, 'node_modules/.bin', program), args, { cwd: folder })
}

/** What a shell would have, without what npm and mocha tell the programs that they start. */
export function userEnvironment(): NodeJS.ProcessEnv {
  const own = /^(npm_|node_options$|node_env$|node_path$|init_cwd$|force_color$)/i
  const others = Object.entries(process.env).filter(([name]) => !own.test(name))
  return { ...Object.fromEntries(others), NO_COLOR: '1' }
}
