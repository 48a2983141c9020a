// An example as its reader starts it: `node examples/NAME/server.js`, and the lines that it prints.
import { spawn, type ChildProcess } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'

/** A line of the example about a message that has arrived at its collector. */
export interface Arrival {
  side: string
  /** Type and event: `track Signed Up`. */
  what: string
  anonymousId: string | undefined
  userId: string | undefined
}

export const exampleNames = ['express-signup', 'koa-signup'] as const

const openLine = /^Open http:\/\/localhost:(\d+)$/
const arrivalLine = /^(browser|server) +(.+?) +anonymousId (\S+) {2}userId (\S+)$/

export class Example {
  readonly lines: string[] = []
  readonly errors: string[] = []
  readonly #child: ChildProcess
  readonly #changes = new EventEmitter()
  #end: number | NodeJS.Signals | undefined

  /** Resolves when the example takes requests. */
  static async start(name: (typeof exampleNames)[number]): Promise<Example> {
    const program = fileURLToPath(new URL(`../../examples/${name}/server.js`, import.meta.url))
    const child = spawn(process.execPath, [program], {
      // NODE_ENV: so that what a handler throws is printed.
      env: { ...process.env, PORT: '0', NODE_ENV: '', NODE_OPTIONS: '' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const example = new Example(child, child.stdout, child.stderr)
    await example.#until(() => example.port > 0)
    return example
  }

  private constructor(child: ChildProcess, stdout: Readable, stderr: Readable) {
    this.#child = child
    this.#collect(stdout, this.lines)
    this.#collect(stderr, this.errors)
    child.once('close', (code, signal) => {
      this.#end = code ?? signal ?? undefined
      this.#changes.emit('change')
    })
  }

  get port(): number {
    const port = this.lines.map((line) => openLine.exec(line)?.[1]).find(Boolean)
    return Number(port ?? 0)
  }

  /** What has arrived at its collector so far. */
  get arrivals(): Arrival[] {
    return this.lines.flatMap((line) => {
      const [, side = '', what = '', anonymousId, userId] = arrivalLine.exec(line) ?? []
      if (side === '') return []
      return [{ side, what, anonymousId: idOf(anonymousId), userId: idOf(userId) }]
    })
  }

  /** Waits for so many arrivals and returns them all; the test's own timeout bounds it. */
  async arrived(count: number): Promise<Arrival[]> {
    await this.#until(() => this.arrivals.length >= count)
    return this.arrivals
  }

  /** Ends it as a process manager does. @returns its exit code, or the signal that killed it */
  async stop(): Promise<number | NodeJS.Signals | undefined> {
    this.#child.kill('SIGTERM')
    while (this.#end === undefined) await once(this.#changes, 'change')
    return this.#end
  }

  async #until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      if (this.#end !== undefined) {
        const output = [...this.lines, ...this.errors].join('\n')
        throw new Error(`the example has ended (${this.#end}):\n${output}`)
      }
      await once(this.#changes, 'change')
    }
  }

  #collect(stream: Readable, lines: string[]): void {
    createInterface(stream).on('line', (line) => {
      lines.push(line)
      this.#changes.emit('change')
    })
  }
}

function idOf(text: string | undefined): string | undefined {
  return text === '-' ? undefined : text
}
