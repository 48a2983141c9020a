// One request and its answer, from the headers to the last byte or the broken connection.
import { isError } from '../../../../lib/runtime/value-kinds.js'
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { types } from 'node:util'
import { Api } from '../api/api.js'
import { failure, SUCCESS } from './answers.js'
import { answerAsked, answerPage, type Asked } from './asked.js'
import { readBody, tooLarge } from './body.js'
import { ANY_ORIGIN, preflight } from './cors.js'
import { bodyLimit, judgeRequest } from './judge.js'
import type { Answer, Misbehaviour } from '../faults/misbehave.js'
import type { Settings } from './options.js'
import type { Source, Sources } from './sources.js'
import type { CollectedRequest } from '../messages/records.js'
import { pageFileFor } from './page.js'
import {
  isAlwaysJson,
  type Parcel,
  pathOf,
  type Refusal,
  refusal,
  type Route,
  routeOf,
} from './routes.js'

/** Messages could not be kept, for now: the client is to keep them. */
export interface Unavailable {
  readonly reason: string
  /** When to try again, s. */
  readonly retryAfter: number
}

/** What an exchange needs of its collector. */
export interface Desk {
  readonly sources: Sources
  readonly settings: Settings
  readonly misbehaviour: Misbehaviour
  readonly api: Api
  /** The time, ms since 1970. Never fails. */
  now(): number
  /** Whether the collector itself is breaking its connections. */
  readonly isDown: boolean
  /** Resolves when the messages are kept, with why they could not be if they are not. Never rejects. */
  accept(parcel: Parcel, at: number, source: Source): Promise<Unavailable | undefined>
  refuse(refusal: Refusal): void
  note(request: CollectedRequest): void
  /** Something of the user's own threw. */
  hookFailed(error: unknown): void
}

const HEALTH_PATHS = new Set(['/', '/health'])

export class Exchange {
  readonly #request: IncomingMessage
  readonly #response: ServerResponse
  readonly #desk: Desk
  readonly #at: number
  readonly #method: string
  readonly #path: string
  /** Aborted when the connection is over: whatever is being waited for is of no use then. */
  readonly #over = new AbortController()
  #bytes = 0
  #count: number | undefined
  #source: Source | undefined
  #isNoted = false

  constructor(request: IncomingMessage, response: ServerResponse, desk: Desk) {
    this.#request = request
    this.#response = response
    this.#desk = desk
    this.#at = desk.now()
    this.#method = request.method ?? ''
    this.#path = pathOf(request.url ?? '')
    // A client that leaves is no error of ours; 'close' reports it.
    request.on('error', () => undefined)
    response.on('error', () => undefined)
    response.on('close', () => {
      this.#over.abort()
      this.note(desk.isDown ? 'reset' : 'aborted')
    })
  }

  /** Sees the request through. Never rejects. */
  async run(): Promise<void> {
    try {
      await this.#run()
    } catch (error) {
      if (!this.#over.signal.aborted) this.#fail('the collector failed', error)
    }
  }

  /** Notes how the request ended. Only the first end counts. */
  note(status: CollectedRequest['status']): void {
    if (this.#isNoted) return
    this.#isNoted = true
    this.#desk.note({
      at: this.#at,
      method: this.#method,
      path: this.#path,
      status,
      bytes: this.#bytes,
      count: this.#count,
      headers: withoutCredentials(this.#request.headers),
    })
  }

  async #run(): Promise<void> {
    const route = routeOf(this.#path)
    if (route === undefined || this.#method !== 'POST') {
      await this.#answerElsewhere(route !== undefined)
      return
    }
    const { misbehaviour } = this.#desk
    const queued = misbehaviour.take()
    if (queued?.reset === 'before') {
      this.#reset()
      return
    }
    if (queued?.reset === 'mid-body') {
      // 'end' comes first where there is no body; 'data' comes before anything could be accepted.
      this.#request.once('data', (part: Buffer) => {
        this.#bytes += part.length
        this.#reset()
      })
      this.#request.once('end', () => {
        this.#reset()
      })
      return
    }
    const verdict = await this.#read(route)
    if (verdict === 'aborted') return
    const answer = queued ?? (await this.#askHow(verdict))
    if (answer !== 'failed' && !this.#over.signal.aborted) await this.#settle(verdict, answer ?? {})
  }

  /** Routes that take no messages. They are never misbehaved on: a health check is to tell the truth. */
  async #answerElsewhere(isRoute: boolean): Promise<void> {
    if (Api.owns(this.#path)) {
      await answerAsked(this.#asked(), (status) => this.note(status))
      return
    }
    const file = pageFileFor(this.#method, this.#path, this.#request.headers.accept)
    if (file !== undefined) {
      await answerPage(this.#asked(), file, (status) => this.note(status))
      return
    }
    if ((await this.#drain()) === 'aborted') return
    if (isRoute && this.#method === 'OPTIONS') {
      this.#answer(204, '', preflight(this.#request.headers))
      return
    }
    const isRead = this.#method === 'GET' || this.#method === 'HEAD'
    const isHealth = HEALTH_PATHS.has(this.#path)
    if (isHealth && isRead) this.#answer(200, SUCCESS)
    else if (isHealth) this.#answer(405, failure('only GET is answered here'), { allow: 'GET' })
    else if (isRoute) this.#answer(405, failure('only POST is answered here'), { allow: 'POST' })
    else this.#answer(404, failure('there is no such route'))
  }

  #asked(): Asked {
    return {
      api: this.#desk.api,
      request: this.#request,
      response: this.#response,
      signal: this.#over.signal,
      onBytes: (length: number) => {
        this.#bytes += length
      },
    }
  }

  async #drain(): Promise<'aborted' | undefined> {
    const body = await this.#readBody(0)
    return body.end === 'aborted' ? 'aborted' : undefined
  }

  async #readBody(limit: number): ReturnType<typeof readBody> {
    const body = await readBody(this.#request, limit, (length) => {
      this.#bytes += length
    })
    if (body.end === 'too large' && body.hasMore) this.#response.shouldKeepAlive = false
    return body
  }

  /** Reads and judges the request as a whole. */
  async #read(route: Route): Promise<Parcel | Refusal | 'aborted'> {
    const { settings, sources } = this.#desk
    const limit = bodyLimit(route, settings)
    const body = await this.#readBody(limit)
    if (body.end === 'aborted') return 'aborted'
    if (body.end === 'too large') return refusal(400, 'bad_request', tooLarge(limit))
    const sent = this.#request.headers
    const headers = isAlwaysJson(this.#path)
      ? { ...sent, 'content-type': 'application/json' }
      : sent
    const judged = await judgeRequest(route, headers, body.data, settings)
    if ('refusal' in judged) return judged.refusal
    this.#source = sources.of(judged.writeKey)
    this.#count = judged.parcel.items.length
    return judged.parcel
  }

  async #askHow(verdict: Parcel | Refusal): Promise<Answer | undefined | 'failed'> {
    try {
      return await this.#desk.misbehaviour.ask({
        method: this.#method,
        path: this.#path,
        headers: withoutCredentials(this.#request.headers),
        messages: 'items' in verdict ? verdict.items : undefined,
        count: this.#count,
        bytes: this.#bytes,
      })
    } catch (error) {
      this.#desk.hookFailed(error)
      this.#fail('the misbehave function failed', error)
      return 'failed'
    }
  }

  /** Accepts or not, and answers or not, as the API does or as it was told to. */
  async #settle(verdict: Parcel | Refusal, answer: Answer): Promise<void> {
    if (answer.store ?? isStoring(answer)) {
      const unavailable = await this.#keep(verdict)
      if (unavailable !== undefined) {
        const { reason, retryAfter } = unavailable
        this.#answer(503, failure(reason), { ...ANY_ORIGIN, 'retry-after': String(retryAfter) })
        return
      }
    }
    if (answer.silence === true) {
      this.note('silent')
      return
    }
    // Accepted before the wait: a client that gives up and tries again is to meet its own duplicates.
    if (answer.delay !== undefined) {
      await wait(answer.delay, undefined, { signal: this.#over.signal })
    }
    if (answer.reset !== undefined) {
      this.#reset()
      return
    }
    const own = 'items' in verdict ? 200 : verdict.status
    const status = answer.status ?? (answer.retryAfter === undefined ? own : 429)
    this.#answer(status, answer.body ?? bodyFor(status, verdict), {
      ...ANY_ORIGIN,
      ...retryHeaders(status, answer.retryAfter),
      ...answer.headers,
    })
  }

  /** @returns why it could not be kept, if it could not */
  async #keep(verdict: Parcel | Refusal): Promise<Unavailable | undefined> {
    if (this.#source !== undefined && 'items' in verdict) {
      return await this.#desk.accept(verdict, this.#at, this.#source)
    }
    if ('status' in verdict) this.#desk.refuse(verdict)
    return undefined
  }

  #answer(status: number, body: string, headers: Record<string, string> = {}): void {
    const response = this.#response
    if (this.#over.signal.aborted || response.headersSent) return
    response.statusCode = status
    response.setHeader('content-type', 'application/json')
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
    // Noted first: who has the answer finds the request in `requests`.
    this.note(status)
    response.end(body)
  }

  #reset(): void {
    this.note('reset')
    const { socket } = this.#request
    // A socket whose end is on its way cannot be reset: Node leaks it then (EINVAL), and its event loop spins.
    if (socket.writableEnded) socket.destroy()
    else socket.resetAndDestroy()
  }

  #fail(what: string, error: unknown): void {
    this.#answer(500, failure(`${what}: ${isError(error) ? error.message : 'unknown'}`))
  }
}

function isStoring({ status, retryAfter, reset, silence }: Answer): boolean {
  if (silence === true) return false
  if (reset !== undefined) return reset === 'after'
  return status === undefined ? retryAfter === undefined : status < 300
}

function bodyFor(status: number, verdict: Parcel | Refusal): string {
  if (status < 300) return SUCCESS
  return 'status' in verdict && verdict.status === status
    ? failure(verdict.reason, verdict.code)
    : failure('told to misbehave')
}

/** Segment HTTP API, Rate limits: a 429 says the seconds twice. */
function retryHeaders(
  status: number,
  retryAfter: number | Date | undefined,
): Record<string, string> {
  if (retryAfter === undefined) return {}
  if (types.isDate(retryAfter)) return { 'retry-after': retryAfter.toUTCString() }
  const seconds = String(retryAfter)
  return status === 429
    ? { 'retry-after': seconds, 'x-ratelimit-reset': seconds }
    : { 'retry-after': seconds }
}

function withoutCredentials(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const kept = { ...headers }
  delete kept.authorization
  delete kept['proxy-authorization']
  delete kept.cookie
  return kept
}
