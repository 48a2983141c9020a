// Asks a collector that is running.
import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { UsageError } from './terminal.js'

export interface RemoteFlags {
  url: string
  tokenEnv?: string
}

export function addRemote(command: Command): Command {
  return command
    .optionsGroup('Which collector:')
    .option('--url <url>', 'of a collector that is running', 'http://127.0.0.1:8877')
    .option('--token-env <name>', 'environment variable that has its token')
}

/** The collector cannot take anything now. */
export class Unavailable extends Error {
  override readonly name = 'Unavailable'
  /** When to try again, s. */
  readonly retryAfter: number

  constructor(message: string, retryAfter: number) {
    super(message)
    this.retryAfter = retryAfter
  }
}

export class Remote {
  readonly #url: URL
  readonly #headers: Record<string, string>

  constructor({ url, tokenEnv }: RemoteFlags) {
    this.#url = urlOf(url)
    const token = tokenEnv === undefined ? undefined : process.env[tokenEnv]
    if (tokenEnv !== undefined && (token === undefined || token === '')) {
      throw new UsageError(`--token-env: there is no environment variable ${tokenEnv}`)
    }
    this.#headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
  }

  /** @throws Error that says what the collector answered, or that none is there */
  async get(path: string, query: Record<string, string>, signal?: AbortSignal): Promise<unknown> {
    const url = new URL(path, this.#url)
    url.search = new URLSearchParams(query).toString()
    return this.#fetch(url, { headers: this.#headers, ...(signal === undefined ? {} : { signal }) })
  }

  async post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<unknown> {
    return this.#fetch(new URL(path, this.#url), {
      method: 'POST',
      headers: { ...this.#headers, 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    })
  }

  async #fetch(url: URL, init: RequestInit): Promise<unknown> {
    let response: Response
    try {
      response = await fetch(url, init)
    } catch (cause) {
      if (init.signal?.aborted === true) throw cause
      throw new Error(
        `there is no collector at ${this.#url.origin}: start one, or name it with --url`,
        {
          cause,
        },
      )
    }
    const answer = await this.#answerIn(response)
    if (response.ok) return answer
    const message = `the collector answered ${response.status}: ${reasonIn(answer)}`
    if (response.status !== 503) throw new Error(message)
    throw new Unavailable(message, Number(response.headers.get('retry-after') ?? 1))
  }

  async #answerIn(response: Response): Promise<unknown> {
    try {
      return (await response.json())
    } catch (cause) {
      const { origin } = this.#url
      throw new Error(`what answers at ${origin} is no collector: name one with --url`, { cause })
    }
  }
}

function urlOf(text: string): URL {
  try {
    const url = new URL(text)
    if (url.protocol === 'http:' || url.protocol === 'https:') return url
  } catch {
    // Said below.
  }
  throw new UsageError('--url must be an http:// or https:// URL')
}

function reasonIn(answer: unknown): string {
  const { error, message } = (answer ?? {}) as { error?: { message?: unknown }; message?: unknown }
  const reason = error?.message ?? message
  return typeof reason === 'string' ? reason : 'no reason given'
}

/** @throws UsageError if the file cannot be read */
export function readFile(path: string): string {
  try {
    return readFileSync(path === '-' ? 0 : path, 'utf8')
  } catch (cause) {
    throw new UsageError(`${path} cannot be read`, { cause })
  }
}
