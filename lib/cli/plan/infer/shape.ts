// What the values at one place of many messages have in common. Its size is bounded, whatever comes.

import { formatOf, type TextFormat } from './formats.js'
import { isData, longestShown } from './privacy.js'

/** More keys than that are data: an object of objects by their ids. */
const mostKeys = 200
const mostTexts = 100
/** Deeper values are not looked into. */
const deepest = 12

export type Kind = 'string' | 'number' | 'boolean' | 'null' | 'array' | 'object'

export class Shape {
  /** How many values of each kind. */
  readonly kinds = new Map<Kind, number>()
  /** How often each text was there; undefined if there were too many. */
  texts: Map<string, number> | undefined = new Map()
  /** The format that all texts have. */
  format: TextFormat | undefined
  /** The numbers. */
  least = Infinity
  greatest = -Infinity
  areWhole = true
  /** The fields of the objects; undefined if the keys are data. */
  fields: Map<string, Shape> | undefined = new Map()
  /** The values of objects whose keys are data. */
  others: Shape | undefined
  items: Shape | undefined
  /** Whether something lies too deep to be looked at. */
  isCut = false

  get count(): number {
    let count = 0
    for (const each of this.kinds.values()) count += each
    return count
  }

  countOf(kind: Kind): number {
    return this.kinds.get(kind) ?? 0
  }

  add(value: unknown, depth = 0): void {
    const kind = kindOf(value)
    this.kinds.set(kind, this.countOf(kind) + 1)
    if (kind === 'string') this.#addText(value as string)
    else if (kind === 'number') this.#addNumber(value as number)
    else if (kind === 'array' || kind === 'object') {
      if (depth >= deepest) this.isCut = true
      else if (kind === 'array') this.#addArray(value as unknown[], depth)
      else this.#addObject(value as Record<string, unknown>, depth)
    }
  }

  #addText(text: string): void {
    const format = formatOf(text)
    if (this.countOf('string') === 1) this.format = format
    else if (this.format !== format) this.format = undefined
    const { texts } = this
    if (texts === undefined) return
    // A longer one is shown nowhere, and a hundred of them would be megabytes.
    if (text.length > longestShown) this.texts = undefined
    else if (texts.size < mostTexts || texts.has(text)) texts.set(text, (texts.get(text) ?? 0) + 1)
    else this.texts = undefined
  }

  #addNumber(number: number): void {
    this.least = Math.min(this.least, number)
    this.greatest = Math.max(this.greatest, number)
    this.areWhole &&= Number.isSafeInteger(number)
  }

  #addArray(values: readonly unknown[], depth: number): void {
    for (const value of values) (this.items ??= new Shape()).add(value, depth + 1)
  }

  #addObject(object: Record<string, unknown>, depth: number): void {
    for (const [key, value] of Object.entries(object)) {
      const { fields } = this
      if (fields === undefined) this.#other().add(value, depth + 1)
      else {
        let field = fields.get(key)
        if (field === undefined) {
          field = new Shape()
          fields.set(key, field)
        }
        field.add(value, depth + 1)
        if (fields.size > mostKeys || isData(key)) this.#forgetKeys(fields)
      }
    }
  }

  #forgetKeys(fields: ReadonlyMap<string, Shape>): void {
    this.fields = undefined
    for (const field of fields.values()) this.#other().join(field)
  }

  #other(): Shape {
    return (this.others ??= new Shape())
  }

  /** Takes over what another has seen. */
  join(other: Shape): void {
    const mine = this.countOf('string')
    const theirs = other.countOf('string')
    if (mine === 0) this.format = other.format
    else if (theirs > 0 && this.format !== other.format) this.format = undefined
    for (const [kind, count] of other.kinds) this.kinds.set(kind, this.countOf(kind) + count)
    this.texts = joined(this.texts, other.texts)
    this.least = Math.min(this.least, other.least)
    this.greatest = Math.max(this.greatest, other.greatest)
    this.areWhole &&= other.areWhole
    this.isCut ||= other.isCut
    if (other.items) (this.items ??= new Shape()).join(other.items)
    this.#joinFields(other)
  }

  #joinFields({ fields, others }: Shape): void {
    for (const [key, field] of fields ?? []) {
      const target = this.fields
      if (target === undefined) this.#other().join(field)
      else {
        const known = target.get(key)
        if (known) known.join(field)
        else target.set(key, field)
        if (target.size > mostKeys) this.#forgetKeys(target)
      }
    }
    if (fields !== undefined) return
    if (this.fields) this.#forgetKeys(this.fields)
    if (others) this.#other().join(others)
  }
}

function joined(
  mine: Map<string, number> | undefined,
  theirs: Map<string, number> | undefined,
): Map<string, number> | undefined {
  if (mine === undefined || theirs === undefined) return undefined
  for (const [text, count] of theirs) mine.set(text, (mine.get(text) ?? 0) + count)
  return mine.size > mostTexts ? undefined : mine
}

function kindOf(value: unknown): Kind {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  const kind = typeof value
  return kind === 'string' || kind === 'number' || kind === 'boolean' ? kind : 'object'
}
