// What the matchers of every test runner decide, and what they say.

import type { Id, Message } from '../spec/messages.js'
import { nearestOf } from './difference.js'
import { show } from './expected.js'
import { listOf } from './listing.js'
import { readFilter, type MessageFilter, type MessagePattern } from './message-filter.js'
import { subjectOf, type Subject } from './subject.js'

/** The outcome of one assertion. */
export interface Verdict {
  readonly pass: boolean
  /** Why it did not pass, or why it did where it should not have. */
  readonly message: () => string
}

/** What is expected of properties, traits or other fields: values, matchers, regular expressions or functions. */
export type Expected = Readonly<Record<string, unknown>>

/** Whether an event was tracked with these properties among others, and these other fields of the message. */
export function trackedVerdict(
  subject: unknown,
  event?: unknown,
  properties?: Expected,
  fields?: MessagePattern,
): Verdict {
  const what = event === undefined ? 'track' : `track ${show(event)}`
  return patternVerdict(subject, patternOf({ type: 'track', event, properties }, fields), what)
}

/** Whether a user was identified with these traits among others, and these other fields of the message. */
export function identifiedVerdict(
  subject: unknown,
  userId?: unknown,
  traits?: Expected,
  fields?: MessagePattern,
): Verdict {
  // A number was sent as its text.
  const wanted = typeof userId === 'number' ? String(userId) : userId
  const what = wanted === undefined ? 'identify' : `identify of userId ${show(wanted)}`
  return patternVerdict(
    subject,
    patternOf({ type: 'identify', userId: wanted, traits }, fields),
    what,
  )
}

/** Two ids that are one person's. */
export interface Link {
  readonly anonymousId: Id
  readonly userId: Id
}

/** Whether a message says that a visitor and a user are one: one with both ids, or an alias from one to the other. */
export function linkedVerdict(subject: unknown, { anonymousId, userId }: Link): Verdict {
  const asText = (id: unknown): unknown => (typeof id === 'number' ? String(id) : id)
  const [visitor, user] = [asText(anonymousId), asText(userId)]
  const both = { anonymousId: visitor, userId: user }
  const filters = [both, { type: 'alias', previousId: visitor, userId: user }].map(readFilter)
  return verdictOn(subjectOf(subject), {
    isMet: (message) => filters.some(({ matches }) => matches(message)),
    what: `message that links anonymousId ${show(visitor)} with userId ${show(user)}`,
    pattern: both,
  })
}

/** Whether any message is one that the filter means. */
export function sentVerdict(subject: unknown, filter: MessageFilter): Verdict {
  const { matches, shown, pattern } = readFilter(filter)
  return verdictOn(subjectOf(subject), { isMet: matches, what: `message like ${shown}`, pattern })
}

/** Whether there is a message for each filter, each after the one before it; others may be between them. */
export function orderVerdict(subject: unknown, filters: readonly MessageFilter[]): Verdict {
  const read = filters.map(readFilter)
  const arrived = subjectOf(subject)
  const { messages } = arrived
  const places: number[] = []
  for (const { matches } of read) {
    const from = (places.at(-1) ?? -1) + 1
    const place = messages.findIndex((message, index) => index >= from && matches(message))
    if (place === -1) break
    places.push(place)
  }
  const pass = places.length === read.length
  const missing = read[places.length]
  return {
    pass,
    message: () => {
      const steps = places.map(
        (place, step) => `  ${read[step]?.shown ?? ''}: message ${place + 1}`,
      )
      if (missing) steps.push(`  ${missing.shown}: ${whereElse(messages, missing.matches)}`)
      const head = pass ? 'expected another order than' : 'expected messages in this order'
      return [head, ...steps, '', listOf(arrived)].join('\n')
    },
  }
}

function whereElse(messages: readonly Message[], matches: (message: Message) => boolean): string {
  const place = messages.findIndex((message) => matches(message))
  return place === -1 ? 'none' : `none after that; message ${place + 1} comes before`
}

function patternOf(
  { type, ...expected }: MessagePattern,
  fields: MessagePattern | undefined,
): MessagePattern {
  const named = Object.entries(expected).filter(([, value]) => value !== undefined)
  return { type, ...Object.fromEntries(named), ...fields }
}

function patternVerdict(subject: unknown, pattern: MessagePattern, what: string): Verdict {
  const { matches } = readFilter(pattern)
  return verdictOn(subjectOf(subject), { isMet: matches, what, pattern })
}

function verdictOn(
  subject: Subject,
  {
    isMet,
    what,
    pattern,
  }: {
    isMet: (message: Message) => boolean
    what: string
    pattern: MessagePattern | undefined
  },
): Verdict {
  const place = subject.messages.findIndex((message) => isMet(message))
  const article = /^[aeio]/.test(what) ? 'an' : 'a'
  return {
    pass: place !== -1,
    message: () => {
      if (place !== -1) {
        return `expected no ${what}, but message ${place + 1} is one\n\n${listOf(subject)}`
      }
      const nearest = pattern && nearestOf(subject.messages, pattern)
      return [`expected ${article} ${what}`, nearest, listOf(subject)]
        .filter((part) => part !== undefined)
        .join('\n\n')
    },
  }
}
