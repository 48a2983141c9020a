// A call becomes a message: its fields are checked and merged over the client's defaults.

import { AnalyticsError } from '../spec/error.js'
import { version } from '../runtime/version.js'
import { withDefaults } from '../spec/merge.js'
import { describeValue } from '../runtime/describe-value.js'
import { warnOfEmail } from './email-warning.js'
import { warnOfTraits } from './trait-warning.js'
import { checkMessageId, checkText, toFields, toId } from '../spec/fields.js'
import { toIsoTimestamp } from '../spec/timestamp.js'
import type { Id, Integrations, MessageContext, MessageType } from '../spec/messages.js'
import type { Visitor } from './visitor.js'

/** An unfinished message: a copy of the call's fields. Serialising adds what it lacks. */
export type Draft = Record<string, unknown>

/** What the calls of a bound client get if they do not say otherwise. */
export interface Binding {
  userId?: Id | undefined
  anonymousId?: Id | undefined
  /** Merged deep, beneath the context of the call and over that of the client. */
  context?: MessageContext | undefined
  /** @internal Bound by the middleware. An `anonymousId` that is also bound wins over the visitor's. */
  visitor?: Visitor | undefined
  /** @internal Takes the message instead of the outbox. */
  append?: ((text: string) => 'accepted' | 'too_large') | undefined
}

/** Makes messages of calls, for one client. */
export class Composer {
  /** The context of every message whose call has none. */
  readonly context: Draft
  readonly #integrations: Draft | undefined
  readonly #warnsOfTraits: boolean

  /**
   * @param defaults of every message; the composer keeps and never changes them
   * @param warnsOfTraits whether reserved traits of a wrong type are worth a warning
   */
  constructor(
    defaults: {
      context?: MessageContext | undefined
      integrations?: Integrations | undefined
    },
    warnsOfTraits = false,
  ) {
    this.#warnsOfTraits = warnsOfTraits
    const library = { name: 'selfsame', version }
    this.context = withDefaults({ library }, defaults.context ?? {})
    this.#integrations = defaults.integrations
  }

  /**
   * A new object with the caller's fields. The caller's object is only read, each field once. If the caller has given no
   * messageId, timestamp or context, the serialiser adds them.
   *
   * @param binding an id given in the call wins over the binding's
   * @throws AnalyticsError `invalid_message` naming the field that is wrong. What a getter or
   * Proxy of the caller throws is passed on.
   */
  compose(type: MessageType, call: unknown, binding?: Binding): Draft {
    if (typeof call !== 'object' || call === null || Array.isArray(call)) {
      throw new AnalyticsError(
        'invalid_message',
        `${type}() was given ${describeValue(call)}; allowed: one object, for example ${type}({ userId, … })`,
      )
    }
    // The type comes first on the wire, whatever the caller's object has as its type.
    const message: Draft = { type, ...call }
    message.type = type
    if (binding) bind(type, message, binding)
    if (typeof message.toJSON === 'function') {
      throw new AnalyticsError(
        'invalid_message',
        'toJSON is a function; allowed: a message of plain fields',
      )
    }

    checkMessage(type, message, binding?.visitor?.hint)
    if (this.#warnsOfTraits && (type === 'identify' || type === 'group')) {
      warnOfTraits(type, message.traits as object)
    }
    if (type === 'page' && message.category !== undefined) {
      // Segment spec, Page: the category is also a property.
      message.properties = { ...(message.properties as Draft), category: message.category }
    }

    if (!isAbsent(message.integrations)) {
      const own = toFields('integrations', message.integrations)
      message.integrations = this.#integrations ? withDefaults(this.#integrations, own) : own
    } else if (this.#integrations !== undefined || message.integrations === null) {
      message.integrations = this.#integrations
    }
    message.context = isAbsent(message.context)
      ? undefined
      : withDefaults(this.context, toFields('context', message.context))
    const ip = binding?.visitor?.ip
    if (ip !== undefined) message.context = withIp(message.context ?? this.context, ip)
    return message
  }
}

/**
 * Checks the fields of a message and converts them to the form in which they are sent. Leaves context and integrations
 * as they are.
 *
 * @param hint ends the error of a message that has no id
 * @throws AnalyticsError `invalid_message` naming the field that is wrong
 */
export function checkMessage(type: MessageType, message: Draft, hint?: string): void {
  checkIdentity(type, message, hint)
  checkOwnFields(type, message)
  message.messageId = isAbsent(message.messageId) ? undefined : checkMessageId(message.messageId)
  if (message.timestamp !== undefined) message.timestamp = toIsoTimestamp(message.timestamp)
}

/** In every field but `timestamp`, null means the same as leaving it out: much code passes `user?.id ?? null`. */
export function isAbsent(value: unknown): value is undefined | null {
  return value === undefined || value === null
}

/** Adds what the call does not say itself. */
function bind(
  type: MessageType,
  message: Draft,
  { userId, anonymousId, context, visitor }: Binding,
): void {
  if (isAbsent(message.userId)) message.userId = userId ?? undefined
  if (isAbsent(message.anonymousId)) {
    message.anonymousId = anonymousId ?? visitor?.anonymousIdFor(type, message)
  }
  if (isAbsent(context)) return
  const beneath = toFields('context', context)
  message.context = isAbsent(message.context)
    ? beneath
    : withDefaults(beneath, toFields('context', message.context))
}

/** An ip that was set on purpose stays, whatever it is: '0.0.0.0' and null hide the address. */
function withIp(context: unknown, ip: string): unknown {
  const fields = context as Draft
  return fields.ip === undefined ? { ...fields, ip } : fields
}

/** Segment spec: every call needs a userId or an anonymousId; alias needs the new and the old id. */
function checkIdentity(type: MessageType, message: Draft, hint: string | undefined): void {
  const { userId, anonymousId } = message
  if (isAbsent(userId)) {
    if (userId === null) message.userId = undefined
  } else {
    const id = toId('userId', userId)
    message.userId = id
    warnOfEmail(id)
  }
  if (!isAbsent(anonymousId)) message.anonymousId = toId('anonymousId', anonymousId)
  else if (anonymousId === null) message.anonymousId = undefined

  if (type === 'alias') {
    if (isAbsent(userId)) throw missing('userId', userId)
    if (isAbsent(message.previousId)) throw missing('previousId', message.previousId)
    message.previousId = toId('previousId', message.previousId)
    return
  }
  if (isAbsent(userId) && isAbsent(anonymousId)) {
    const both =
      userId === anonymousId
        ? `userId and anonymousId are both ${userId}`
        : `userId is ${userId} and anonymousId is ${anonymousId}`
    throw new AnalyticsError(
      'invalid_message',
      `${both}; ${type}() needs at least one: a non-empty string or a finite number${hint === undefined ? '' : ` (${hint})`}`,
    )
  }
  if (type === 'group') {
    if (isAbsent(message.groupId)) throw missing('groupId', message.groupId)
    message.groupId = toId('groupId', message.groupId)
  }
}

function missing(field: string, value: undefined | null): AnalyticsError {
  return new AnalyticsError(
    'invalid_message',
    `${field} is ${value}; it is required: a non-empty string or a finite number`,
  )
}

function checkOwnFields(type: MessageType, message: Draft): void {
  switch (type) {
    case 'track':
      checkText('event', message.event)
      orEmpty('properties', message)
      return
    case 'identify':
    case 'group':
      orEmpty('traits', message)
      return
    case 'page':
    case 'screen':
      checkOptionalText('name', message)
      checkOptionalText('category', message)
      orEmpty('properties', message)
  }
}

function checkOptionalText(field: 'name' | 'category', message: Draft): void {
  if (isAbsent(message[field])) message[field] = undefined
  else checkText(field, message[field])
}

/** The API discards messages whose traits or properties are not objects; the peers send an empty one if none is given. */
function orEmpty(field: 'traits' | 'properties', message: Draft): void {
  message[field] = isAbsent(message[field]) ? {} : toFields(field, message[field])
}
