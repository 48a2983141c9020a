// A JSON Schema as a schema of zod 4, if it is made of what zod has.

import { isJson, propertiesOf, requiredOf, typesOf, type Json } from '../document/document.js'
import { quoted, type Code, type Entry } from './code.js'
import { noteOf } from './literal.js'

/** They say nothing that is checked. */
const annotations = ['$schema', '$id', '$comment', 'title', 'description', 'default', 'examples']
const known: Readonly<Record<string, readonly string[]>> = {
  string: ['format', 'minLength', 'maxLength', 'pattern'],
  number: ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
  integer: ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
  boolean: [],
  null: [],
  array: ['items', 'minItems', 'maxItems'],
  object: ['properties', 'required', 'additionalProperties'],
}

/** @returns undefined if there is something in it that has no counterpart */
export function zodOf(schema: unknown): Code | undefined {
  if (schema === true) return 'z.unknown()'
  if (!isJson(schema)) return undefined
  if (Array.isArray(schema.enum))
    return has(schema, ['type', 'enum']) ? enumOf(schema.enum) : undefined
  if ('const' in schema) {
    return has(schema, ['type', 'const']) ? literal(schema.const) : undefined
  }
  const alternatives = schema.anyOf ?? schema.oneOf
  if (Array.isArray(alternatives)) {
    return has(schema, ['anyOf', 'oneOf']) ? unionOf(alternatives.map(zodOf)) : undefined
  }
  const types = typesOf(schema)
  if (types === undefined) return has(schema, []) ? 'z.unknown()' : undefined
  if (!has(schema, ['type', ...types.flatMap((type) => known[type] ?? [])])) return undefined
  const kept = types.filter((type) => type !== 'null' || types.length === 1)
  const codes = kept.map((type) => typed(type, schema))
  const code = codes.length === 1 ? codes[0] : unionOf(codes)
  return code === undefined || kept.length === types.length ? code : chained(code, '.nullable()')
}

function has(schema: Json, keywords: readonly string[]): boolean {
  return Object.keys(schema).every((key) => keywords.includes(key) || annotations.includes(key))
}

function typed(type: string, schema: Json): Code | undefined {
  switch (type) {
    case 'string':
      return textOf(schema)
    case 'number':
      return `z.number()${boundsOf(schema)}`
    case 'integer':
      return `z.int()${boundsOf(schema)}`
    case 'boolean':
      return 'z.boolean()'
    case 'null':
      return 'z.null()'
    case 'array':
      return arrayOf(schema)
    case 'object':
      return objectOf(schema)
    default:
      return undefined
  }
}

const formats: Readonly<Record<string, string>> = {
  email: 'z.email()',
  uuid: 'z.guid()',
  uri: 'z.url()',
  date: 'z.iso.date()',
  'date-time': 'z.iso.datetime({ offset: true })',
}

function textOf({ format, minLength, maxLength, pattern }: Json): Code {
  const start = (typeof format === 'string' ? formats[format] : undefined) ?? 'z.string()'
  const matching = typeof pattern === 'string' ? `.regex(new RegExp(${quoted(pattern)}, 'u'))` : ''
  return start + calls({ min: minLength, max: maxLength }) + matching
}

function boundsOf({
  minimum,
  maximum,
  exclusiveMinimum,
  exclusiveMaximum,
  multipleOf,
}: Json): string {
  return calls({
    min: minimum,
    max: maximum,
    gt: exclusiveMinimum,
    lt: exclusiveMaximum,
    multipleOf,
  })
}

function calls(numbers: Readonly<Record<string, unknown>>): string {
  return Object.entries(numbers)
    .filter(([, value]) => typeof value === 'number')
    .map(([name, value]) => `.${name}(${String(value)})`)
    .join('')
}

function arrayOf({ items = true, minItems, maxItems }: Json): Code | undefined {
  const item = zodOf(items)
  if (item === undefined) return undefined
  const entries = [{ code: item, note: noteOf(items) }]
  return { open: 'z.array(', entries, close: `)${calls({ min: minItems, max: maxItems })}` }
}

function objectOf(schema: Json): Code | undefined {
  const { additionalProperties: others, properties } = schema
  const entries = entriesOf(schema)
  if (entries === undefined) return undefined
  if (others === undefined || typeof others === 'boolean') {
    const make = others === undefined ? 'object' : others ? 'looseObject' : 'strictObject'
    return { open: `z.${make}({`, entries, close: '})' }
  }
  const other = zodOf(others)
  if (other === undefined || entries.length > 0 || properties !== undefined) return undefined
  return { open: 'z.record(', entries: [{ code: 'z.string()' }, { code: other }], close: ')' }
}

function entriesOf(schema: Json): Entry[] | undefined {
  const required = requiredOf(schema)
  const entries: Entry[] = []
  for (const [key, each] of Object.entries(propertiesOf(schema))) {
    const code = zodOf(each)
    if (code === undefined) return undefined
    const whole = required.includes(key) ? code : chained(code, '.optional()')
    entries.push({ key, code: whole, note: noteOf(each) })
  }
  return entries
}

function enumOf(values: readonly unknown[]): Code | undefined {
  const entries = values.map((each) => ({ code: typeof each === 'string' ? quoted(each) : '' }))
  if (entries.some(({ code }) => code === '')) return unionOf(values.map(literal))
  return { open: 'z.enum([', entries, close: '])' }
}

function literal(value: unknown): Code | undefined {
  if (typeof value === 'string') return `z.literal(${quoted(value)})`
  if (value === null) return 'z.null()'
  const isSimple = typeof value === 'number' || typeof value === 'boolean'
  return isSimple ? `z.literal(${String(value)})` : undefined
}

function unionOf(codes: readonly (Code | undefined)[]): Code | undefined {
  const entries = codes.flatMap((code) => (code === undefined ? [] : [{ code }]))
  if (entries.length !== codes.length || entries.length === 0) return undefined
  return { open: 'z.union([', entries, close: '])' }
}

function chained(code: Code, call: string): Code {
  return typeof code === 'string' ? code + call : { ...code, close: code.close + call }
}
