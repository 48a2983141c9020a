// What is wrong with one message, collected: as a message carries it, and in words that quote no value.

import { describeValue } from '../runtime/describe-value.js'
import type { MessageType } from '../spec/messages.js'
import type { MessageViolations, Violation } from '../spec/violation.js'
import type { SchemaIssue } from './standard-schema.js'

/** The message carries them in its context, and is to stay below its largest size. */
const most = 10
/** For an error or a warning, which people read. */
const mostWords = 3
const longestField = 100
const longestDescription = 200

/** A text that somebody else wrote, no longer than that. */
export function cut(text: string, longest = longestField): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 1)}…`
}

export class Mistakes {
  readonly #type: MessageType
  readonly #of: string
  readonly #name: string | undefined
  readonly #violations: Violation[] = []
  readonly #words: string[] = []

  /** @param of what the message is, for the words */
  constructor(type: MessageType, of: string, name: string | undefined) {
    this.#type = type
    this.#of = of
    this.#name = name
  }

  get isFull(): boolean {
    return this.#violations.length >= most
  }

  /** @param description what the message says of it; it may quote a value, which the words may not */
  add(type: Violation['type'], field: string, words: string, description = words): void {
    this.#violations.push({
      type,
      field: cut(field),
      description: cut(description, longestDescription),
    })
    this.#words.push(words)
  }

  /** What a schema says of a value: `field` is where the value is in the message. */
  addIssue(field: string, value: unknown, { message, path, keys }: SchemaIssue): void {
    let place = field
    let found: unknown = value
    for (const step of path ?? []) {
      const key = typeof step === 'object' ? step.key : step
      place += `.${String(key)}`
      // Of what is missing there is nothing inside, and a key of a Map is none of an object.
      found = typeof found === 'object' && found !== null ? Reflect.get(found, key) : undefined
    }
    const unknown = unknownKeys(keys)
    if (unknown !== undefined) {
      this.#addUnknown(place, unknown, message)
      return
    }
    const isMissing = found === undefined && place !== field
    const words = isMissing
      ? `${cut(place)} is missing`
      : `${cut(place)} is ${describeValue(found)}, which the plan does not allow`
    const description = typeof message === 'string' && message !== '' ? message : words
    this.add(isMissing ? 'Required' : 'Invalid Value', place, words, description)
  }

  /** Keys that the schema does not know, which zod names in one issue of their object. */
  #addUnknown(place: string, keys: readonly string[], message: unknown): void {
    for (const key of keys) {
      if (this.isFull) return
      const at = `${place}.${key}`
      const words = `${cut(at)} is not in the schema`
      const isOwn = keys.length === 1 && typeof message === 'string' && message !== ''
      this.add('Invalid Value', at, words, isOwn ? message : words)
    }
  }

  /** The schema itself is at fault, whatever it may have found besides. */
  only(field: string, words: string, description = words): ReturnType<Mistakes['checked']> {
    this.#violations.length = 0
    this.#words.length = 0
    this.add('Schema Error', field, words, description)
    return this.checked()
  }

  checked(): { found: MessageViolations; summary: string; words: readonly string[] } {
    // A schema that finds issues and names none: the message is wrong all the same.
    if (this.#violations.length === 0) this.add('Invalid Value', this.#of, 'the schema refused it')
    const found = { type: this.#type, name: this.#name, violations: this.#violations }
    const more = this.#words.length - mostWords
    const words = this.#words.slice(0, mostWords).join('; ')
    const rest = more > 0 ? `; and ${more} more` : ''
    const summary = `${this.#of} is not as planned: ${words}${rest}`
    return { found, summary, words: this.#words }
  }
}

function unknownKeys(keys: unknown): readonly string[] | undefined {
  if (!Array.isArray(keys) || keys.length === 0) return undefined
  return keys.every((key) => typeof key === 'string') ? keys : undefined
}
