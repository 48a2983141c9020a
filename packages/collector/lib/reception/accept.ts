// Decides about each message of a parcel: accepted, a duplicate, or refused with its code.
import { randomUUID } from 'node:crypto'
import type { Dedup } from './dedup.js'
import { type Fault, fault, findFault, sizeFault } from '../messages/discard.js'
import { withDefaults } from '../../../../lib/spec/merge.js'
import { type CollectedMessage, isGiven, isObject, type JsonObject } from '../messages/message.js'
import type { Settings } from '../http/options.js'
import type { Parcel } from '../http/routes.js'
import { correctedTimestamp, parseDate } from '../messages/timestamps.js'

/** What is decided about a message, or about the parcel as a whole. */
export type Verdict =
  | { readonly kind: 'accepted'; readonly message: CollectedMessage }
  | { readonly kind: 'duplicate'; readonly message: CollectedMessage }
  /** `message` is undefined if it is the parcel as a whole that is refused. */
  | { readonly kind: 'refused'; readonly fault: Fault; readonly message?: unknown }

/**
 * Judges each message of a parcel. One that is refused or repeated harms no other (Segment HTTP API: Errors).
 *
 * @param dedup - Which messageIds have been seen; undefined if that is not decided here.
 * @returns A verdict for each, in the order of the parcel.
 */
export function judgeParcel(
  parcel: Parcel,
  at: number,
  settings: Settings,
  dedup: Dedup | undefined,
): Verdict[] {
  const { items } = parcel
  if (items.length === 0) return [{ kind: 'refused', fault: fault('empty_batch') }]
  const common = parcelFault(parcel, settings)
  const sentAt = parseDate(parcel.sentAt)
  const times: Times = {
    at,
    receivedAt: isoOf(at),
    sentAt: sentAt === undefined ? undefined : { time: sentAt, text: isoOf(sentAt) },
  }
  return items.map((item): Verdict => {
    const wrong = common ?? findFault(item, parcel.type, settings.maxMessageBytes)
    if (wrong !== undefined) return { kind: 'refused', fault: wrong, message: item }
    const message = complete(item as JsonObject, parcel, times)
    if (message === undefined) return { kind: 'refused', fault: TOO_DEEP, message: item }
    if (dedup?.isNew(message.messageId, at) === false) return { kind: 'duplicate', message }
    return { kind: 'accepted', message }
  })
}

const TOO_DEEP = fault('bad_request', 'the message is nested too deeply')

/** What is wrong with every message of a parcel at once. */
function parcelFault(parcel: Parcel, settings: Settings): Fault | undefined {
  if (parcel.items.length > settings.maxBatchSize) {
    return fault('batch_too_large', `the batch holds more than ${settings.maxBatchSize} messages`)
  }
  // Every message gets a copy of these: without a bound a small request could ask for gigabytes.
  const { context, integrations } = parcel
  if (context === undefined && integrations === undefined) return undefined
  return sizeFault({ context, integrations }, settings.maxMessageBytes)
}

interface SentAt {
  readonly time: number
  readonly text: string
}

interface Times {
  readonly at: number
  readonly receivedAt: string
  readonly sentAt: SentAt | undefined
}

/**
 * Adds what the server adds. The message is fresh from JSON.parse and the collector's own: no copy is needed.
 *
 * @returns undefined, and the message as it was, if it is nested too deeply to be merged.
 */
function complete(message: JsonObject, parcel: Parcel, times: Times): CollectedMessage | undefined {
  try {
    const context = merged(parcel.context, message.context)
    const integrations = merged(parcel.integrations, message.integrations)
    if (context !== undefined) message.context = context
    if (integrations !== undefined) message.integrations = integrations
  } catch {
    return undefined
  }
  if (parcel.type !== undefined) message.type = parcel.type
  // An empty messageId says as little as none.
  if (!isGiven(message.messageId) || message.messageId === '') message.messageId = randomUUID()
  const sentAt = times.sentAt ?? sentAtOf(message)
  if (sentAt !== undefined) message.sentAt = sentAt.text
  // Some clients send the time of the call under the name it has on the server.
  if (isGiven(message.timestamp)) message.originalTimestamp = message.timestamp
  const original = parseDate(message.originalTimestamp)
  message.receivedAt = times.receivedAt
  message.timestamp = isoOf(correctedTimestamp(times.at, sentAt?.time, original))
  return message as CollectedMessage
}

function sentAtOf(message: JsonObject): SentAt | undefined {
  const time = parseDate(message.sentAt)
  return time === undefined ? undefined : { time, text: isoOf(time) }
}

function isoOf(time: number): string {
  return new Date(time).toISOString()
}

function merged(common: JsonObject | undefined, own: unknown): JsonObject | undefined {
  return common === undefined ? undefined : withDefaults(common, isObject(own) ? own : {})
}
