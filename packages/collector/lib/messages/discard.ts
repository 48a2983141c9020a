// Why a message is refused: the discard codes, and the check that finds them.
import { isGiven, isObject, type JsonObject, MESSAGE_TYPES, type MessageType } from './message.js'
import { isPlain } from './plain-text.js'

/**
 * Every code a message or a request can be refused with, and what it means. The names are those of
 * Segment's delivery overview where it has one; the last four are the collector's own.
 */
export const DISCARD_CODES = {
  empty_batch: 'the batch holds no message',
  no_user_anon_id: 'neither userId nor anonymousId is given',
  id_required: 'a group needs a groupId, an alias needs a userId and a previousId',
  id_not_string: 'userId, anonymousId, groupId or previousId is empty or not a string',
  event_not_defined: 'a track needs an event that is not empty',
  event_not_string: 'event is not a string',
  properties_not_object: 'properties is not an object',
  traits_not_object: 'traits is not an object',
  name_not_string: 'the name of a page or screen is empty or not a string',
  category_not_string: 'the category of a page or screen is empty or not a string',
  device_advertisingid_should_be_string: 'context.device.advertisingId is not a string',
  bad_request: 'the request or the message is not what the API takes',
  unknown_source: 'the write key is missing or is not one of those accepted',
  type_not_known: 'type is missing or is not one of the six',
  message_id_not_valid:
    'messageId is not a string of at most 100 characters, without NUL and halves of surrogate pairs',
  message_too_large: 'the message is larger than maxMessageBytes',
  batch_too_large: 'the batch holds more messages than maxBatchSize',
} as const

export type DiscardCode = keyof typeof DISCARD_CODES

/** What is wrong, by code and in words. */
export interface Fault {
  code: DiscardCode
  reason: string
}

export function fault(code: DiscardCode, reason: string = DISCARD_CODES[code]): Fault {
  return { code, reason }
}

// SQLite reads JSON of at most 1,000 levels.
const MAX_DEPTH = 600
const BRACE = 0x7b
const BRACKET = 0x5b

// Segment spec, Common Fields: "messageId ... maximum length 100 characters".
const MAX_MESSAGE_ID_LENGTH = 100

/**
 * The first fault of a message, if it has one. Fields of another call than its own are not looked at.
 *
 * @param item - What stood in the batch, or the body of a single route.
 * @param routeType - The type that a single route stands for; a batch has the type in the message.
 */
export function findFault(
  item: unknown,
  routeType: MessageType | undefined,
  maxMessageBytes: number,
): Fault | undefined {
  if (!isObject(item)) return fault('bad_request', 'the message is not an object')
  const type = routeType ?? item.type
  if (!MESSAGE_TYPES.has(type)) return fault('type_not_known')
  return sizeFault(item, maxMessageBytes) ?? idFault(item, type) ?? fieldFault(item, type)
}

/**
 * Also turns away what is nested so deeply that somebody who reads it may fail, so that every kept message can be
 * taken in and written out.
 */
export function sizeFault(item: JsonObject, maxMessageBytes: number): Fault | undefined {
  if (isSurelySmall(item, maxMessageBytes)) return undefined
  let text: string
  try {
    text = JSON.stringify(item)
  } catch {
    return fault('bad_request', 'the message is nested too deeply')
  }
  if (isTooDeep(item, text)) return fault('bad_request', 'the message is nested too deeply')
  // A UTF-16 unit is at most three bytes of UTF-8: most messages need no exact measure.
  const isLarge =
    text.length * 3 > maxMessageBytes && Buffer.byteLength(text, 'utf8') > maxMessageBytes
  return isLarge
    ? fault('message_too_large', `the message has more than ${maxMessageBytes} bytes`)
    : undefined
}

/** A character may be six bytes of JSON, a number 25, and what stands around a value is less than 4. */
const BYTES_OF_CHARACTER = 6
const BYTES_OF_NUMBER = 25
const BYTES_AROUND = 4
/** The quickest look goes no deeper. */
const SHALLOW = 20

/** Whether a message cannot be too large or too deep: most are not, by far, and need not be written out for it. */
function isSurelySmall(item: JsonObject, maxBytes: number): boolean {
  return roomLeft(item, maxBytes, SHALLOW) >= 0
}

/** What is left of so many bytes; less than 0 if they may not be enough. */
function roomLeft(value: unknown, room: number, levels: number): number {
  if (typeof value === 'string') return room - value.length * BYTES_OF_CHARACTER - BYTES_AROUND
  if (!isNested(value)) return room - BYTES_OF_NUMBER - BYTES_AROUND
  if (levels === 0) return -1
  let left = room - BYTES_AROUND
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length && left >= 0; i++) left = roomLeft(value[i], left, levels - 1)
    return left
  }
  for (const key of Object.keys(value)) {
    if (left < 0) return left
    left -= key.length * BYTES_OF_CHARACTER + BYTES_AROUND
    left = roomLeft((value as JsonObject)[key], left, levels - 1)
  }
  return left
}

function isTooDeep(item: JsonObject, text: string): boolean {
  // Nothing is deeper than it has brackets: most messages need no look into them.
  let brackets = 0
  for (let place = 0; place < text.length; place++) {
    const character = text.charCodeAt(place)
    if (character === BRACE || character === BRACKET) brackets += 1
  }
  if (brackets <= MAX_DEPTH) return false
  let level: object[] = [item]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) return true
    level = level.flatMap((value) => Object.values(value).filter(isNested))
  }
  return false
}

function isNested(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function idFault(item: JsonObject, type: unknown): Fault | undefined {
  const { userId, anonymousId, messageId, groupId, previousId } = item
  if (isBadId(userId) || isBadId(anonymousId)) return fault('id_not_string')
  if (!isGiven(userId) && !isGiven(anonymousId)) return fault('no_user_anon_id')
  if (isGiven(messageId) && !isMessageId(messageId)) return fault('message_id_not_valid')
  if (type === 'group') {
    if (!isGiven(groupId)) return fault('id_required')
    if (isBadId(groupId)) return fault('id_not_string')
  }
  if (type === 'alias') {
    if (!isGiven(userId) || !isGiven(previousId)) return fault('id_required')
    if (isBadId(previousId)) return fault('id_not_string')
  }
  return undefined
}

function fieldFault(item: JsonObject, type: unknown): Fault | undefined {
  const { event, name, category, traits, properties, context, integrations } = item
  if (type === 'track') {
    if (!isGiven(event) || event === '') return fault('event_not_defined')
    if (typeof event !== 'string') return fault('event_not_string')
  }
  if (type === 'page' || type === 'screen') {
    if (isGiven(name) && !isText(name)) return fault('name_not_string')
    if (isGiven(category) && !isText(category)) return fault('category_not_string')
  }
  if (type === 'identify' || type === 'group') {
    if (isGiven(traits) && !isObject(traits)) return fault('traits_not_object')
  } else if (type !== 'alias') {
    if (isGiven(properties) && !isObject(properties)) return fault('properties_not_object')
  }
  if (isGiven(integrations) && !isObject(integrations)) {
    return fault('bad_request', 'integrations is not an object')
  }
  if (!isGiven(context)) return undefined
  if (!isObject(context)) return fault('bad_request', 'context is not an object')
  const advertisingId = isObject(context.device) ? context.device.advertisingId : undefined
  return isGiven(advertisingId) && typeof advertisingId !== 'string'
    ? fault('device_advertisingid_should_be_string')
    : undefined
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== ''
}

function isBadId(value: unknown): boolean {
  return isGiven(value) && !isText(value)
}

function isMessageId(value: unknown): boolean {
  return typeof value === 'string' && value.length <= MAX_MESSAGE_ID_LENGTH && isPlain(value)
}
