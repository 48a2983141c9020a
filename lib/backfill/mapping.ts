// A row becomes messages: mapped, checked, given their time and their messageId, written as JSON.

import { AnalyticsError } from '../spec/error.js'
import { describeValue, toError } from '../runtime/describe-value.js'
import { Composer, type Draft } from '../message/compose.js'
import { withDefaults } from '../spec/merge.js'
import { notSerializable, stringify } from '../message/serialize.js'
import { messageTypes, type MessageContext, type MessageType } from '../spec/messages.js'
import { PlanChecker } from '../plan/plan-checker.js'
import { bodyOverhead } from '../outbox/batch.js'
import { inOrder } from './canonical.js'
import { messageIdOf } from './message-id.js'
import type { Mapped } from './options.js'
import type { BackfillSettings } from './read-options.js'
import { RowError } from './row-error.js'
import type { RowPosition } from './sources/source.js'
import { toTimestamp } from './timestamp.js'
import { isThenable } from '../runtime/value-kinds.js'

/** A message, ready to go. */
export interface MadeMessage {
  readonly text: string
  /** ISO-8601, UTC. */
  readonly timestamp: string | undefined
}

/** How a row becomes messages. */
export interface RowMapping {
  /**
   * The messages of a row; none to skip it. A promise only if the mapping is asynchronous.
   *
   * @throws RowError or AnalyticsError if the row is to be rejected, as a whole
   */
  messagesOf(row: unknown, position: RowPosition): MadeMessage[] | Promise<MadeMessage[]>
}

/** Segment rejects an identify of so many traits or more (Unify, Product limits). */
const tooManyTraits = 300

/** What the server and the library that sent an archived message had added to it (Import historical data). */
const addedFields = ['sentAt', 'messageId', 'projectId', 'receivedAt', 'originalTimestamp'] as const
const ids = ['userId', 'anonymousId', 'previousId', 'groupId'] as const

export class Mapping implements RowMapping {
  readonly #settings: BackfillSettings
  readonly #maxMessageBytes: number
  readonly #composer: Composer
  readonly #planChecker: PlanChecker | undefined
  /** The context of every message that has none of its own. */
  readonly #contextText: string
  /** The same as far as it decides the messageId: without our own version, or an upgrade would double every row. */
  readonly #contextContent: string

  /** @param maxMessageBytes what the outbox takes, if there is one */
  constructor(settings: BackfillSettings, maxMessageBytes?: number) {
    const { context } = settings.client
    this.#settings = settings
    this.#maxMessageBytes = maxMessageBytes ?? largestMessage(settings)
    this.#composer = new Composer(settings.client)
    this.#planChecker = settings.plan && new PlanChecker(settings.plan)
    this.#contextText = JSON.stringify(this.#composer.context)
    this.#contextContent = context === undefined ? '' : JSON.stringify(inOrder(context))
  }

  messagesOf(row: unknown, position: RowPosition): MadeMessage[] | Promise<MadeMessage[]> {
    const { map } = this.#settings
    if (!map) return this.#make(row as Mapped)
    let mapped: Mapped | Promise<Mapped>
    try {
      mapped = map(row, position)
    } catch (error) {
      throw mapThrew(error)
    }
    if (!isThenable(mapped)) return this.#make(mapped)
    return Promise.resolve(mapped as PromiseLike<Mapped>).then(
      (calls) => this.#make(calls),
      (error: unknown) => {
        throw mapThrew(error)
      },
    )
  }

  #make(mapped: Mapped): MadeMessage[] {
    if (mapped === undefined || mapped === null) return []
    const messages: MadeMessage[] = []
    if (Array.isArray(mapped)) for (const call of mapped) this.#makeCall(call, messages)
    else this.#makeCall(mapped, messages)
    return messages
  }

  #makeCall(call: unknown, messages: MadeMessage[]): void {
    if (typeof call !== 'object' || call === null) {
      throw new RowError(
        'map returned no call',
        `map returned ${describeValue(call)}; allowed: { type, … }, an array of such, or null`,
      )
    }
    let fields: Draft
    try {
      fields = { ...call }
    } catch (error) {
      throw notSerializable(error)
    }
    const type = typeOf(fields.type)
    if (this.#settings.archived) strip(fields)
    else refuseSentAt(fields)
    const timestamp = this.#timestampOf(fields.timestamp)
    // Read already, and not to be read again.
    fields.timestamp = undefined
    const draft = this.#composer.compose(type, fields)
    this.#checkPlan(type, draft)
    draft.timestamp = timestamp
    const parts = type === 'identify' ? splitTraits(draft) : [draft]
    for (const part of parts) messages.push(this.#write(part, fields.context, timestamp))
  }

  /** @throws RowError */
  #checkPlan(type: MessageType, draft: Draft): void {
    const checked = this.#planChecker?.check(type, draft)
    if (checked === undefined) return
    if (checked.found !== undefined) throw new RowError('not as planned', checked.summary)
    draft[checked.field] = checked.value
  }

  /** Undefined if there is none, and the present is wanted instead. */
  #timestampOf(value: unknown): string | undefined {
    const timestamp = toTimestamp(value, this.#settings.unit)
    if (timestamp !== undefined || this.#settings.timestamp === 'now') return timestamp
    throw new RowError(
      'timestamp missing',
      "timestamp is missing: without one the message would count as happening today; if it does, set timestamp to 'now' (--timestamp-now)",
    )
  }

  #write(draft: Draft, ownContext: unknown, given: string | undefined): MadeMessage {
    const { messageId, context } = draft
    draft.messageId = undefined
    draft.context = undefined
    const content = stringify(inOrder(draft))
    const timestamp = given ?? new Date().toISOString()
    // The present is no part of the content: a rerun has another one.
    const own = given === undefined ? `,"timestamp":"${timestamp}"` : ''
    const id =
      typeof messageId === 'string'
        ? JSON.stringify(messageId)
        : `"${messageIdOf(this.#settings.name, content + this.#contentOf(ownContext))}"`
    const contextText = context === undefined ? this.#contextText : stringify(context as Draft)
    const text = `${content.slice(0, -1)}${own},"messageId":${id},"context":${contextText}}`
    checkSize(text, this.#maxMessageBytes)
    return { text, timestamp }
  }

  #contentOf(ownContext: unknown): string {
    if (ownContext === undefined || ownContext === null) return this.#contextContent
    const { context } = this.#settings.client
    return stringify(inOrder(withDefaults(context ?? {}, ownContext as MessageContext)))
  }
}

/** As the outbox has it: what would not fit an empty batch could never be sent. */
export function largestMessage({ client }: BackfillSettings): number {
  return Math.min(client.maxMessageBytes, client.maxBatchBytes - bodyOverhead)
}

/** @throws RowError */
export function checkSize(text: string, largest: number): void {
  // No UTF-16 unit takes more than three bytes.
  if (text.length * 3 <= largest) return
  const bytes = Buffer.byteLength(text)
  if (bytes <= largest) return
  throw new RowError('message_too_large', `the message has ${bytes} bytes; allowed: ${largest}`)
}

function typeOf(type: unknown): MessageType {
  const known = messageTypes.find((each) => each === type)
  if (known !== undefined) return known
  throw new RowError(
    'unknown type',
    `type is ${type === undefined ? 'undefined' : 'not one'} of the spec; allowed: ${messageTypes.join(', ')}`,
  )
}

function strip(fields: Draft): void {
  for (const name of addedFields) fields[name] = undefined
  // As analytics.js writes the ids of an anonymous visitor.
  for (const name of ids) if (fields[name] === null) fields[name] = undefined
}

/** The server takes timestamps for as wrong as sentAt is: an old one would move the message to the present. */
function refuseSentAt(fields: Draft): void {
  if (fields.sentAt === undefined) return
  throw new RowError(
    'sentAt given',
    'sentAt is given, by which the server would move the timestamp; leave it out, or set archived to true (--archived)',
  )
}

/** Segment discards an identify with too many traits: the identify itself, or several with a part of its traits each. */
function splitTraits(draft: Draft): Draft[] {
  const entries = Object.entries(draft.traits as Record<string, unknown>)
  if (entries.length < tooManyTraits) return [draft]
  const parts: Draft[] = []
  for (let from = 0; from < entries.length; from += tooManyTraits - 1) {
    const traits = Object.fromEntries(entries.slice(from, from + tooManyTraits - 1))
    parts.push({ ...draft, messageId: undefined, traits })
  }
  return parts
}

function mapThrew(error: unknown): RowError {
  // A mapping of ours, by options, says what is wrong itself.
  if (error instanceof RowError) return error
  return new RowError('map threw', `map threw: ${toError(error).message}`)
}

/** Why a row is rejected: in short, for the report to count by, and in full. */
export function rejectionOf(thrown: unknown): {
  kind: string
  reason: string
  value?: string | undefined
} {
  if (thrown instanceof RowError)
    return { kind: thrown.kind, reason: thrown.message, value: thrown.value }
  if (!(thrown instanceof AnalyticsError)) {
    const { message } = toError(thrown)
    return { kind: 'not readable', reason: `the row cannot be read: ${message}` }
  }
  const { code, message } = thrown
  if (code !== 'invalid_message') return { kind: code, reason: message }
  // These texts name the field and the kind of its value, never the value.
  const [kind = code] = message.split(/[;,:] /, 1)
  return { kind: kind.replace(/of \d+ characters/, 'of too many characters'), reason: message }
}
