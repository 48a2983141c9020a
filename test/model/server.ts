// A server that is as bad as any: it looks closely at what it is sent, and answers as the weather is.

import type { VirtualClock } from './clock.js'
import type { Coverage } from './coverage.js'
import type { Books, Call, Mark } from './model.js'

/** What may come back. Those that end in `-after` have taken the messages all the same. */
export const answerKinds = [
  'ok',
  'late',
  'cut',
  'wait',
  'wait-date',
  'wait-503',
  'busy',
  'down',
  'fault',
  'late-fault',
  'request-timeout',
  'unauthorized',
  'bad',
  'too-large',
  'reset',
  'reset-after',
  'hang',
  'hang-after',
  'no-status',
] as const

export type AnswerKind = (typeof answerKinds)[number]

export interface Weather {
  /** What is answered where nothing else applies. */
  readonly usual: AnswerKind
  /** The largest number of messages that is not too many, and the status of more. */
  readonly most: number
  readonly tooMany: 400 | 413
  /** Whether it has something against messages that are marked. */
  readonly isPicky: boolean
}

export const fairWeather: Weather = { usual: 'ok', most: Infinity, tooMany: 413, isPicky: false }

/** How an answer goes over the wire. */
export interface Reply {
  readonly kind: AnswerKind
  /** undefined: the connection breaks, or nothing ever comes. */
  readonly status: number | undefined
  readonly retryAfter?: string
  /** Milliseconds; Infinity: nothing ever comes. */
  readonly delay: number
}

export interface Limits {
  readonly maxBatchSize: number
  readonly maxBatchBytes: number
  readonly maxInFlight: number
  readonly maxRetries: number
  readonly isDurable: boolean
  /** How old a body may be when it arrives, in milliseconds; more than 0 where time may pass on the way. */
  readonly longestTravel: number
}

const statuses: Partial<Record<AnswerKind, number>> = {
  ok: 200,
  late: 200,
  cut: 200,
  wait: 429,
  'wait-date': 429,
  'wait-503': 503,
  busy: 429,
  down: 503,
  fault: 500,
  'late-fault': 500,
  'request-timeout': 408,
  unauthorized: 401,
  bad: 400,
  'too-large': 413,
}

const objections: Record<Exclude<Mark, 'plain'>, AnswerKind> = {
  poison: 'bad',
  heavy: 'too-large',
  fragile: 'fault',
}

const accepting = new Set<AnswerKind>(['ok', 'late', 'cut', 'reset-after', 'hang-after'])
const counted = new Set<AnswerKind>(['fault', 'late-fault', 'request-timeout'])

export class Server {
  weather = fairWeather
  /** What the next requests are answered, before the weather is looked at. */
  readonly next: AnswerKind[] = []
  requests = 0
  readonly #clock: VirtualClock
  readonly #books: Books
  readonly #coverage: Coverage
  readonly #limits: Limits
  /** The call that arrived last, and the one that was accepted last, of each client: their places. */
  readonly #lastSent = new Map<number, number>()
  readonly #lastAccepted = new Map<number, number>()
  readonly #inFlight = new Map<number, number>()

  constructor(clock: VirtualClock, books: Books, coverage: Coverage, limits: Limits) {
    this.#clock = clock
    this.#books = books
    this.#coverage = coverage
    this.#limits = limits
  }

  /** A request has arrived from a client. */
  receive(client: number, body: string): Reply {
    this.requests++
    this.#clock.touch()
    const calls = this.#read(client, body)
    const kind = this.#answerTo(calls)
    this.#coverage.hit(`answer ${kind}`)
    if (kind === 'fault' && !this.next.length && this.weather.usual !== 'fault')
      this.#coverage.hit('a fault of one message')
    for (const call of calls) this.#note(call, kind)
    return { kind, status: statuses[kind], ...this.#waiting(kind), delay: delayOf(kind) }
  }

  /** A request may fail without having arrived, or before it is answered. */
  miss(body: string): void {
    for (const message of this.#parse(body)) this.#books.find(message)?.answers.add('failed')
  }

  /** The answer is on its way; returns what is to be called when the request is over. */
  hold(client: number): () => void {
    const inFlight = (this.#inFlight.get(client) ?? 0) + 1
    this.#inFlight.set(client, inFlight)
    if (inFlight > this.#limits.maxInFlight) {
      this.#books.violate(`client ${client} has ${inFlight} requests in flight`)
    }
    let isOver = false
    return () => {
      if (!isOver) this.#inFlight.set(client, (this.#inFlight.get(client) ?? 1) - 1)
      isOver = true
      this.#clock.touch()
    }
  }

  #read(client: number, body: string): Call[] {
    const { maxBatchBytes, maxBatchSize } = this.#limits
    const bytes = Buffer.byteLength(body)
    if (bytes > maxBatchBytes) this.#books.violate(`a body has ${bytes} bytes`)
    const batch = this.#parse(body)
    if (batch.length === 0 || batch.length > maxBatchSize) {
      this.#books.violate(`a body has ${batch.length} messages`)
    }
    const calls: Call[] = []
    for (const message of batch) {
      const call = this.#books.find(message)
      if (!call) {
        this.#books.violate(`nobody has called ${JSON.stringify(message).slice(0, 100)}`)
        continue
      }
      if (calls.includes(call)) this.#books.violate(`${call.key} is twice in one body`)
      calls.push(call)
      this.#look(client, call, message)
    }
    return calls
  }

  #parse(body: string): Record<string, unknown>[] {
    try {
      const parsed = JSON.parse(body) as { batch: Record<string, unknown>[]; sentAt: string }
      const { batch, sentAt } = parsed
      if (Object.keys(parsed).join() !== 'batch,sentAt' || !Array.isArray(batch)) {
        this.#books.violate(`a body has the fields ${Object.keys(parsed).join()}`)
        return []
      }
      const age = this.#clock.now - Date.parse(sentAt)
      if (!(age >= 0 && age <= this.#limits.longestTravel)) {
        this.#books.violate(`sentAt is ${sentAt}, ${age} ms ago`)
      }
      return batch
    } catch (error) {
      this.#books.violate(`a body is no JSON: ${String(error)}`)
      return []
    }
  }

  /** Whether a message is what was called, comes in order, and has not ended before. */
  #look(client: number, call: Call, message: Record<string, unknown>): void {
    const { key, type, fill, told } = call
    const fields = (message.properties ?? message.traits ?? message.context) as { fill?: unknown }
    if (message.type !== type || fields.fill !== fill || typeof message.timestamp !== 'string') {
      this.#books.violate(`${key} was changed: ${JSON.stringify(message).slice(0, 200)}`)
    }
    if (call.state === 'threw') this.#books.violate(`${key} threw, and was sent`)
    if (told) {
      const who = told.client === client ? 'that' : 'an earlier'
      this.#books.violate(`${key} was sent again after ${who} client told its end: ${told.code}`)
    }
    if (call.wasSent) return
    call.wasSent = true
    const last = this.#lastSent.get(call.client) ?? 0
    if (this.#limits.maxInFlight === 1 && call.order < last) {
      this.#books.violate(`${key} was sent after younger ones`)
    }
    this.#lastSent.set(call.client, Math.max(last, call.order))
  }

  #answerTo(calls: readonly Call[]): AnswerKind {
    const next = this.next.shift()
    if (next) return next
    const { most, tooMany, isPicky, usual } = this.weather
    if (calls.length > most) {
      this.#coverage.hit(`a batch is too large: ${tooMany}`)
      return tooMany === 413 ? 'too-large' : 'bad'
    }
    const mark = isPicky ? calls.find((call) => call.mark !== 'plain')?.mark : undefined
    return mark === undefined || mark === 'plain' ? usual : objections[mark]
  }

  #note(call: Call, kind: AnswerKind): void {
    if (counted.has(kind)) call.faults++
    if (!accepting.has(kind)) {
      const status = statuses[kind]
      const isRefused = status === 400 || status === 401 || status === 413
      call.answers.add(isRefused ? 'refused' : 'failed')
      return
    }
    call.answers.add('accepted')
    // Its client will try it again.
    const isUnseen = kind === 'reset-after' || kind === 'hang-after' || kind === 'late'
    if (isUnseen || this.#limits.longestTravel > 0) call.answers.add('failed')
    if (call.wasAccepted) return
    call.wasAccepted = true
    const { maxInFlight, maxRetries, isDurable } = this.#limits
    // What is put aside lets others go first.
    if (maxInFlight > 1 || (isDurable && call.faults > maxRetries)) return
    const last = this.#lastAccepted.get(call.client) ?? 0
    if (call.order < last) this.#books.violate(`${call.key} was accepted after younger ones`)
    this.#lastAccepted.set(call.client, Math.max(last, call.order))
  }

  #waiting(kind: AnswerKind): { retryAfter?: string } {
    if (kind === 'wait') return { retryAfter: '2' }
    if (kind === 'wait-503') return { retryAfter: '0' }
    if (kind !== 'wait-date') return {}
    return { retryAfter: new Date(this.#clock.now + 30_000).toUTCString() }
  }
}

function delayOf(kind: AnswerKind): number {
  if (kind.startsWith('late')) return 90
  return kind.startsWith('hang') ? Infinity : 0
}
