// A JSON Schema of what was seen at a place, with a note of how often, and of examples that name nobody.

import { formatCount } from '../../shared/words.js'
import { note, type Json, type Noted } from '../document/document.js'
import { isPersonalName, leastShown, looksPersonal } from './privacy.js'
import type { Kind, Shape } from './shape.js'

/** How many different texts are a list of what is allowed, and how often they must have come, together and each. */
const mostAllowed = 12
const leastForAllowed = 50
/** So many whole numbers are no accident. */
const leastForWhole = 50
const mostExamples = 3

export interface SchemaOptions {
  /** Whether values are shown: in notes, and as lists of what is allowed. */
  readonly examples: boolean
}

/**
 * @param isPartial whether a field that was always there may be left out all the same
 */
export function objectSchema(shape: Shape, options: SchemaOptions, isPartial = false): Json {
  const schema: Json = { type: 'object' }
  const { fields, others } = shape
  if (fields === undefined) {
    schema.additionalProperties = others ? schemaOf(others, '', options, others.count) : true
    return schema
  }
  const count = shape.countOf('object')
  schema.properties = Object.fromEntries(
    [...fields].map(([name, field]) => [name, schemaOf(field, name, options, count)]),
  )
  const required = [...fields].filter(([, field]) => field.count === count).map(([name]) => name)
  if (!isPartial && required.length > 0) schema.required = required
  // What is misspelt is a key that is not among them.
  schema.additionalProperties = false
  return schema
}

/** @param outOf how many objects could have had the field */
export function schemaOf(
  shape: Shape,
  name: string,
  options: SchemaOptions,
  outOf: number,
): Json & Noted {
  const schema: Json & Noted = {}
  const types = [...shape.kinds.keys()].map((kind) => typeOf(kind, shape))
  const [only] = types
  if (types.length > 0) schema.type = types.length === 1 ? only : types
  const shown = options.examples && !isPersonalName(name)
  if (shape.countOf('string') > 0) addText(schema, shape, shown && types.length === 1)
  if (shape.countOf('object') > 0 && !shape.isCut) {
    Object.assign(schema, { ...objectSchema(shape, options), type: schema.type })
  }
  if (shape.items && !shape.isCut) {
    schema.items = schemaOf(shape.items, name, options, shape.items.count)
  }
  schema[note] = noteOf(shape, outOf, shown && schema.enum === undefined)
  return schema
}

function typeOf(kind: Kind, { areWhole, kinds }: Shape): string {
  return kind === 'number' && areWhole && (kinds.get(kind) ?? 0) >= leastForWhole ? 'integer' : kind
}

function addText(schema: Json, { texts, format, ...shape }: Shape, shown: boolean): void {
  if (format !== undefined) schema.format = format
  else if (shown && texts !== undefined) {
    const allowed = allowedOf(texts, shape.kinds.get('string') ?? 0)
    if (allowed !== undefined) schema.enum = allowed
  }
}

function allowedOf(texts: ReadonlyMap<string, number>, count: number): string[] | undefined {
  if (texts.size < 2 || texts.size > mostAllowed || count < leastForAllowed) return undefined
  const isFit = [...texts].every(
    ([text, times]) => times >= leastShown && text !== '' && !looksPersonal(text),
  )
  return isFit ? [...texts.keys()].sort() : undefined
}

/** `in 12 of 20 · string 18, null 2 · "free" 10, "premium" 8`. */
function noteOf(shape: Shape, outOf: number, shown: boolean): string {
  const { count, kinds } = shape
  const parts = [
    count === outOf ? formatCount(count) : `${formatCount(count)} of ${formatCount(outOf)}`,
  ]
  if (kinds.size > 1) {
    const byCount = [...kinds].sort(([, a], [, b]) => b - a)
    parts.push(byCount.map(([kind, times]) => `${formatCount(times)} ${kind}`).join(', '))
  }
  const range = shown ? rangeOf(shape) : undefined
  if (range !== undefined) parts.push(range)
  const examples = shown ? examplesOf(shape) : []
  if (examples.length > 0) parts.push(examples.join(', '))
  return parts.join(' · ')
}

/** Numbers of six digits may be somebody's, or ids. */
function rangeOf({ least, greatest, kinds }: Shape): string | undefined {
  if ((kinds.get('number') ?? 0) < leastShown) return undefined
  if (Math.max(Math.abs(least), Math.abs(greatest)) >= 100_000) return undefined
  return least === greatest ? `always ${least}` : `${least} to ${greatest}`
}

function examplesOf({ texts }: Shape): string[] {
  return [...(texts ?? [])]
    .filter(([text, times]) => times >= leastShown && !looksPersonal(text))
    .sort(([, a], [, b]) => b - a)
    .slice(0, mostExamples)
    .map(([text, times]) => `${JSON.stringify(text)} ${formatCount(times)}`)
}
