// One client process: started, tormented, and asked what it was told.

import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, openSync, readSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** What a client is to do: see programs/client.js. */
export interface Plan {
  seed: string
  name: string
  host: string
  directory: string
  log: string
  outbox: { fsync?: 'batch' | 'call' | false; claimInterval?: number }
  options: Record<string, unknown>
  content: { poison?: number; largest?: number }
  /** How many calls, of how many at a time, with how long a pause, in milliseconds. */
  calls: number
  burst: number
  pause: number
  /** By how much the clock goes on with each call, in milliseconds, besides the time that it takes. */
  timeBetweenCalls?: number
  /** The share of calls that have a callback. */
  callbacks: number
  /** What of each backoff is waited for. */
  patience: number
  /** Whether its listeners and callbacks call the client, too. */
  callsInListeners?: boolean
  isCalling?: boolean
  end: 'close' | 'stay'
  closeTimeout?: number
  killAt?: { point: string; nth: number; phase: 'before' | 'within' | 'after' }
}

export type Order =
  { order: 'call' | 'pause' | 'fill' | 'empty' | 'close' | 'exit' } | { order: 'jump'; by: number }

const program = fileURLToPath(new URL('./programs/client.js', import.meta.url))

export class Client {
  readonly plan: Plan
  readonly #child: ChildProcess
  readonly #logFd: number
  #stderr = ''
  #unread = ''
  #position = 0
  /** Whether another process may have what it has left: it was killed, or told to end. */
  isGone = false
  isKilled = false
  isTerminated = false
  isStopped = false
  isEnded = false
  /** Whether it has written down that a call was accepted. */
  hasAccepted = false
  isForgotten = false
  readonly ready: Promise<void>
  /** It has made all its calls, or has ended. */
  readonly done: Promise<void>
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>

  constructor(plan: Plan, nodeArgs: readonly string[] = []) {
    this.plan = plan
    this.#logFd = openSync(plan.log, 'a+')
    const child = spawn(process.execPath, [...nodeArgs, program, JSON.stringify(plan)], {
      env: { ...process.env, NODE_OPTIONS: '', NODE_ENV: 'production' },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    this.#child = child
    child.stderr?.on('data', (text: Buffer) => (this.#stderr += text.toString()))
    // An order to one that has just ended.
    child.on('error', () => undefined)
    const told = (what: string): Promise<void> =>
      new Promise((resolve) => {
        child.on('message', (message) => {
          if (message === what) resolve()
        })
        child.on('exit', () => resolve())
      })
    this.ready = told('ready')
    this.done = told('done')
    this.ended = new Promise((resolve) => {
      child.on('exit', (code, signal) => {
        // One that was killed at a point of its own choice.
        if (signal === 'SIGKILL') this.isKilled = true
        this.isGone = true
        this.isEnded = true
        resolve({ code, signal })
      })
    })
  }

  get name(): string {
    return this.plan.name
  }

  /** How many calls of its listeners failed as it ended, of which it could only say how many. */
  get unreported(): number {
    const line = /^selfsame: (\d+) more calls? ha(?:s|ve) failed as the process ended$/gm
    return [...this.#stderr.matchAll(line)].reduce((sum, [, count]) => sum + Number(count), 0)
  }

  /** How it has ended, for a violation. */
  get summary(): string {
    const { exitCode, signalCode } = this.#child
    const ended = this.isEnded ? String(signalCode ?? exitCode) : 'living'
    return `${this.name}: ${ended}, ${String(this.plan.options.overflow)}, ${this.#stderr.slice(-500)}`
  }

  get stderr(): string {
    return this.#stderr
  }

  /** Whether it may die of itself at any moment. */
  get isDoomed(): boolean {
    return this.plan.killAt !== undefined
  }

  tell(order: Order): void {
    if (order.order === 'close' || order.order === 'exit') this.isGone = true
    if (this.#child.connected) this.#child.send(order, () => undefined)
  }

  kill(): void {
    this.isGone = true
    this.isKilled = true
    this.#child.kill('SIGKILL')
  }

  /**
   * SIGTERM, unless no call of its own was accepted yet: the hooks for it come with the first message, and before them
   * the signal ends a process in the middle of a call, as kill -9 does.
   */
  terminate(): void {
    if (!this.hasAccepted) return
    this.isGone = true
    this.isTerminated = true
    this.#child.kill('SIGTERM')
  }

  stop(): void {
    this.isStopped = true
    this.#child.kill('SIGSTOP')
  }

  goOn(): void {
    this.isStopped = false
    this.#child.kill('SIGCONT')
  }

  /** The lines that it has written since the last time. */
  news(): string[] {
    const chunk = Buffer.alloc(256 * 1024)
    for (;;) {
      const length = readSync(this.#logFd, chunk, 0, chunk.length, this.#position)
      if (length === 0) break
      this.#position += length
      this.#unread += chunk.toString('utf8', 0, length)
    }
    const lines = this.#unread.split('\n')
    this.#unread = lines.pop() ?? ''
    return lines
  }

  /** To be called when it has ended, and everything is read. */
  forget(): void {
    if (this.isForgotten) return
    this.isForgotten = true
    closeSync(this.#logFd)
  }
}
