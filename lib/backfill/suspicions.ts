// Finds what is suspicious about valid messages.

import { looksLikeEmail } from '../spec/email.js'
import type { Message } from '../spec/messages.js'
import { meantTrait, wrongTrait } from '../spec/reserved-traits.js'
import type { RowPosition } from './sources/source.js'

/**
 * - `email_as_user_id`: addresses change, a userId cannot
 * - `timestamp_in_future`, `timestamp_before_2000`: another unit, another column, a clock that was never set
 * - `duplicate_user_id`: several rows identify the same user
 * - `identical_message`: an earlier message has the same content and thus the same messageId; only one is kept
 * - `reserved_trait_spelling`: `EMail`, `First Name`: a misspelt reserved trait
 * - `reserved_trait_type`: `email` as a number: services ignore such a trait
 * - `looks_like_seconds`: a trait with the name of a time and a value in epoch seconds
 * - `mixed_types`: a trait whose type differs between rows
 */
export type SuspicionKind =
  | 'email_as_user_id'
  | 'timestamp_in_future'
  | 'timestamp_before_2000'
  | 'duplicate_user_id'
  | 'identical_message'
  | 'reserved_trait_spelling'
  | 'reserved_trait_type'
  | 'looks_like_seconds'
  | 'mixed_types'

export interface Suspicion {
  kind: SuspicionKind
  /** In how many rows. Duplicates are detected among the first million users and messages. */
  count: number
  /** The first ones. */
  examples: { position: RowPosition; text: string }[]
}

const maxExamples = 5
/** The most ids that are remembered, to limit memory. */
const maxIds = 1_000_000
/** The most names of traits that are remembered. */
const maxNames = 10_000
const year2000 = '2000-01-01T00:00:00.000Z'
/** Epoch seconds from 1990 to 2050. Other numbers are probably amounts or ids. */
const secondsFrom = 631_152_000
const secondsTo = 2_524_608_000
const namedLikeTime = /(at|on|date|time|timestamp|since|until|birthday|_ts)$/i

export class Suspicions {
  readonly #found = new Map<SuspicionKind, Suspicion & { last?: RowPosition }>()
  readonly #users = new Set<string>()
  readonly #messages = new Set<string>()
  readonly #meant = new Map<string, string | undefined>()
  readonly #types = new Map<string, string>()
  readonly #now = new Date().toISOString()

  /** Checks the messages of one row. */
  look(position: RowPosition, messages: readonly Message[]): void {
    const identified = new Set<string>()
    for (const { type, userId, messageId, timestamp, traits, properties } of messages) {
      const found = (kind: SuspicionKind, text: string): void => this.#add(kind, position, text)
      if (userId !== undefined && looksLikeEmail(userId)) {
        found('email_as_user_id', 'the userId looks like an e-mail address')
      }
      if (isKnown(this.#messages, messageId)) {
        found('identical_message', 'an earlier message has the same content')
      }
      if (timestamp > this.#now) found('timestamp_in_future', `timestamp is ${timestamp}`)
      if (timestamp < year2000) found('timestamp_before_2000', `timestamp is ${timestamp}`)
      if (type === 'identify' && userId !== undefined) identified.add(userId)
      if (traits) this.#lookAtTraits(type, traits, found)
      if (properties) this.#lookAtTimes(properties, found)
    }
    for (const userId of identified) {
      if (isKnown(this.#users, userId)) {
        this.#add('duplicate_user_id', position, 'an earlier row identifies the same userId')
      }
    }
  }

  list(): Suspicion[] {
    return [...this.#found.values()].map(({ kind, count, examples }) => ({ kind, count, examples }))
  }

  #lookAtTraits(
    type: string,
    traits: Record<string, unknown>,
    found: (kind: SuspicionKind, text: string) => void,
  ): void {
    for (const [name, value] of Object.entries(traits)) {
      const meant = this.#meantBy(name)
      if (meant !== undefined) {
        found('reserved_trait_spelling', `trait ${name}: the reserved one is ${meant}`)
      }
      const wrong =
        type === 'identify' || type === 'group' ? wrongTrait(type, name, value) : undefined
      if (wrong !== undefined) found('reserved_trait_type', `trait ${wrong}`)
      this.#lookAtType(`${type} ${name}`, name, value, found)
    }
    this.#lookAtTimes(traits, found)
  }

  #meantBy(name: string): string | undefined {
    if (this.#meant.has(name)) return this.#meant.get(name)
    const meant = meantTrait(name)
    if (this.#meant.size < maxNames) this.#meant.set(name, meant)
    return meant
  }

  #lookAtType(
    key: string,
    name: string,
    value: unknown,
    found: (kind: SuspicionKind, text: string) => void,
  ): void {
    if (value === null) return
    const type = Array.isArray(value) ? 'array' : typeof value
    const first = this.#types.get(key)
    if (first === undefined) {
      if (this.#types.size < maxNames) this.#types.set(key, type)
    } else if (first !== type) {
      found('mixed_types', `trait ${name} is of type ${type}; it was of type ${first} before`)
    }
  }

  #lookAtTimes(
    fields: Record<string, unknown>,
    found: (kind: SuspicionKind, text: string) => void,
  ): void {
    for (const [name, value] of Object.entries(fields)) {
      if (!namedLikeTime.test(name)) continue
      const isNumber =
        typeof value === 'number' || (typeof value === 'string' && /^\d+(\.\d+)?$/.test(value))
      if (isNumber && Number(value) >= secondsFrom && Number(value) < secondsTo) {
        found('looks_like_seconds', `${name} is ${value}: that looks like epoch seconds`)
      }
    }
  }

  /** Counts a row once per kind. */
  #add(kind: SuspicionKind, position: RowPosition, text: string): void {
    let suspicion = this.#found.get(kind)
    if (!suspicion) {
      suspicion = { kind, count: 0, examples: [] }
      this.#found.set(kind, suspicion)
    }
    if (suspicion.examples.length < maxExamples) suspicion.examples.push({ position, text })
    if (suspicion.last === position) return
    suspicion.last = position
    suspicion.count++
  }
}

/** Whether an id was seen before. Remembers a new one if there is room. */
function isKnown(ids: Set<string>, id: string): boolean {
  if (ids.has(id)) return true
  if (ids.size < maxIds) ids.add(id)
  return false
}
