// A plan as a page for people.

import {
  isJson,
  propertiesOf,
  requiredOf,
  typesOf,
  type Json,
  type Noted,
  type PlanDocument,
} from '../document/document.js'
import { noteOf } from './literal.js'

export function markdownOf(document: PlanDocument): string {
  const parts = ['# Tracking plan']
  for (const [title, schemas, field] of [
    ['Events', document.events, 'properties'],
    ['Pages', document.pages, 'properties'],
    ['Screens', document.screens, 'properties'],
  ] as const) {
    if (schemas === undefined || schemas.size === 0) continue
    parts.push(`## ${title}`)
    for (const [name, schema] of schemas) parts.push(`### ${text(name)}`, ...partsOf(schema, field))
  }
  for (const [title, schema] of [
    ['Traits of users', document.traits],
    ['Traits of groups', document.groupTraits],
  ] as const) {
    if (schema !== undefined) parts.push(`## ${title}`, ...partsOf(schema, 'traits'))
  }
  if (document.unplanned === 'allow')
    parts.push('Events that are not listed here are allowed as well.')
  return parts.join('\n\n')
}

function partsOf(schema: Json & Noted, field: string): string[] {
  const parts: string[] = []
  if (typeof schema.description === 'string') parts.push(text(schema.description))
  const note = noteOf(schema)
  if (note !== undefined) parts.push(text(note))
  const rows = rowsOf(schema, '')
  if (rows.length === 0) parts.push(`Any ${field}.`)
  else {
    parts.push(
      ['| Name | Type | Required | Description |', '| --- | --- | --- | --- |', ...rows].join('\n'),
    )
  }
  return parts
}

/** Deeper than that a table is of no use; a schema that refers to itself is cut there, too. */
const deepest = 5

function rowsOf(schema: Json, prefix: string, depth = 0): string[] {
  if (depth > deepest) return []
  const required = requiredOf(schema)
  return Object.entries(propertiesOf(schema)).flatMap(([name, each]) => {
    const { description } = each
    const place = `${prefix}${name}`
    const cells = [
      `\`${cell(place).replaceAll('`', "'")}\``,
      cell(typeText(each)),
      required.includes(name) ? 'yes' : 'no',
      typeof description === 'string' ? cell(description) : '',
    ]
    const items = isJson(each.items) ? rowsOf(each.items, `${place}[].`, depth + 1) : []
    return [`| ${cells.join(' | ')} |`, ...rowsOf(each, `${place}.`, depth + 1), ...items]
  })
}

function typeText(schema: Json): string {
  const { enum: allowed, const: only, format, anyOf, oneOf, $ref, items } = schema
  if (Array.isArray(allowed)) return allowed.map((each) => JSON.stringify(each)).join(', ')
  if (only !== undefined) return JSON.stringify(only)
  const alternatives = anyOf ?? oneOf
  if (Array.isArray(alternatives)) {
    return alternatives.map((each) => (isJson(each) ? typeText(each) : 'any')).join(' or ')
  }
  if (typeof $ref === 'string') return $ref === '#' ? 'the same again' : $ref
  const types = typesOf(schema)?.join(' or ') ?? 'any'
  const of = isJson(items) ? ` of ${typeText(items)}` : ''
  return typeof format === 'string' ? `${types} (${format})` : types + of
}

function cell(value: string): string {
  return text(value).replaceAll('|', '\\|')
}

/** On one line, and without what Markdown takes for HTML. */
function text(value: string): string {
  return value.replace(/\s+/g, ' ').replaceAll('<', '&lt;')
}
