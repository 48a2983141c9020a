// One request and its answer, from the headers to the last byte or the broken connection.
import { isError } from '../../../../lib/runtime/value-kinds.js'
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { types } from 'node:util'
import { BodyError, parseBody, readBody, tooLarge } from './body.js'
import { writeKeyOf } from './credentials.js'
import { isObject } from '../messages/message.js'
import type { Answer, Misbehaviour } from '../faults/misbehave.js'
import type { Settings } from './options.js'
import type { CollectedRequest } from '../messages/records.js'
import {
  openParcel,
  type Parcel,
  pathOf,
  type Refusal,
  refusal,
  type Route,
  routeOf,
} from './routes.js'

/** What an exchange needs of its collector. */
export interface Desk {
  readonly settings: Settings
  readonly misbehaviour: Misbehaviour
  /** The time, ms since 1970. Never fails. */
  now(): number
  /** Whether the collector itself is breaking its connections. */
  readonly isDown: boolean
  accept(parcel: Parcel, at: number): void
  refuse(refusal: Refusal): void
  note(request: CollectedRequest): void
  /** Something of the user's own threw. */
  hookFailed(error: unknown): void
}

const HEALTH_PATHS = new Set(['/', '/health'])
const SUCCESS = '{"success":true}'

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
    if ((await this.#drain()) === 'aborted') return
    const isRead = this.#method === 'GET' || this.#method === 'HEAD'
    const isHealth = HEALTH_PATHS.has(this.#path)
    if (isHealth && isRead) this.#answer(200, SUCCESS)
    else if (isHealth) this.#answer(405, failure('only GET is answered here'), { allow: 'GET' })
    else if (isRoute) this.#answer(405, failure('only POST is answered here'), { allow: 'POST' })
    else this.#answer(404, failure('there is no such route'))
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
    const { maxBodyBytes, maxMessageBytes } = this.#desk.settings
    const limit = route === 'batch' ? maxBodyBytes : maxMessageBytes
    const { headers } = this.#request
    const body = await this.#readBody(limit)
    if (body.end === 'aborted') return 'aborted'
    if (body.end === 'too large') return refusal(400, 'bad_request', tooLarge(limit))
    const mediaType = headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase()
    if (mediaType !== 'application/json') {
      return refusal(400, 'bad_request', 'the Content-Type is not application/json')
    }
    let parsed: unknown
    try {
      parsed = await parseBody(body.data, headers['content-encoding'], limit)
    } catch (error) {
      if (error instanceof BodyError) return refusal(400, 'bad_request', error.message)
      throw error
    }
    if (!isObject(parsed)) return refusal(400, 'bad_request', 'the body is not a JSON object')
    if (!this.#isAllowed(writeKeyOf(headers.authorization, parsed.writeKey))) {
      return refusal(401, 'unknown_source')
    }
    const opened = openParcel(route, parsed)
    if ('items' in opened) this.#count = opened.items.length
    return opened
  }

  #isAllowed(writeKey: string | undefined): boolean {
    if (writeKey === undefined) return false
    return this.#desk.settings.writeKeys?.has(writeKey) ?? true
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
      if ('items' in verdict) this.#desk.accept(verdict, this.#at)
      else this.#desk.refuse(verdict)
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
      ...retryHeaders(status, answer.retryAfter),
      ...answer.headers,
    })
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

function failure(message: string, code?: string): string {
  return JSON.stringify({ success: false, code, message })
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
