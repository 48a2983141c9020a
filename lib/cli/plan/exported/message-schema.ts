// A plan as one JSON Schema of a message (draft 2020-12): any validator can check messages by it.

import { named, type Json, type PlanDocument } from '../document/document.js'

export const dialect = 'https://json-schema.org/draft/2020-12/schema'

/** Which messages have the name of a part, and in which field. */
const messageOf = {
  events: { type: 'track', field: 'event' },
  pages: { type: 'page', field: 'name' },
  screens: { type: 'screen', field: 'name' },
} as const

export function messageSchemaOf(document: PlanDocument): Json {
  const definitions: Json = {}
  const rules: Json[] = []
  for (const part of named) {
    const schemas = document[part]
    if (schemas === undefined) continue
    const { type, field } = messageOf[part]
    const inner: Json = {}
    for (const [name, schema] of schemas) {
      const made = embedded(schema, part, name)
      Object.defineProperty(inner, name, { value: made, enumerable: true })
      rules.push({
        if: {
          properties: { type: { const: type }, [field]: { const: name } },
          required: ['type', field],
        },
        then: { properties: { properties: { $ref: made.$id ?? pointer(part, name) } } },
      })
    }
    // Which keys it has is no schema's business: each is one of a name.
    definitions[part] = { $defs: inner }
    if (document.unplanned === 'refuse') {
      rules.push({
        if: { properties: { type: { const: type } }, required: ['type'] },
        then: { properties: { [field]: { enum: [...schemas.keys()] } }, required: [field] },
      })
    }
  }
  for (const [part, type] of [
    ['traits', 'identify'],
    ['groupTraits', 'group'],
  ] as const) {
    const schema = document[part]
    if (schema === undefined) continue
    const made = embedded(schema, part)
    definitions[part] = made
    rules.push({
      if: { properties: { type: { const: type } }, required: ['type'] },
      then: { properties: { traits: { $ref: made.$id ?? `#/$defs/${part}` } } },
    })
  }
  return {
    $schema: dialect,
    title: 'Messages as planned',
    type: 'object',
    properties: { type: { enum: ['identify', 'track', 'page', 'screen', 'group', 'alias'] } },
    required: ['type'],
    allOf: rules,
    $defs: definitions,
  }
}

function pointer(part: string, name: string): string {
  const escaped = name.replaceAll('~', '~0').replaceAll('/', '~1')
  return `#/$defs/${part}/$defs/${encodeURIComponent(escaped)}`
}

/** What refers to itself (`#`) must be a document of its own. */
function embedded(schema: Json, ...path: readonly string[]): Json {
  if (schema.$id !== undefined || !JSON.stringify(schema).includes('"$ref"')) return schema
  return { $id: `urn:selfsame:plan:${path.map(encodeURIComponent).join(':')}`, ...schema }
}
