// The rules of other tools are JSON Schemas of whole messages: this takes out the part that a plan is about.

import { isJson, type Json } from '../document/document.js'

export interface Part {
  /** Undefined if the rule says nothing of it. */
  readonly schema: Json | undefined
  /** Other parts of the message of which the rule says something: a plan does not check them. */
  readonly others: readonly string[]
}

/** @param section `properties`, `traits` or `context.traits` */
export function partOf(rule: Json, section: string): Part {
  const root = isJson(rule.properties) ? rule.properties : {}
  const [first = 'properties', second] = section.split('.')
  const outer = root[first]
  const found = second === undefined ? outer : isJson(outer) ? inner(outer, second) : undefined
  const others = Object.keys(root).filter(
    (name) => name !== first && name !== '$defs' && says(root[name]),
  )
  if (!isJson(found)) return { schema: undefined, others }
  const schema = cleaned(found) as Json
  const { description } = rule
  if (typeof description === 'string' && description !== '') schema.description ??= description
  const definitions = [rule.$defs, rule.definitions, root.$defs, root.definitions].find(isJson)
  // A reference is from the root, which the part is now.
  if (definitions !== undefined && JSON.stringify(schema).includes('"$ref"')) {
    schema[rule.definitions === definitions ? 'definitions' : '$defs'] = cleaned(definitions)
  }
  return { schema: withDialect(schema, rule.$schema), others }
}

function inner(schema: Json, name: string): unknown {
  return isJson(schema.properties) ? schema.properties[name] : undefined
}

/** Whether a schema says more than that there is an object. */
function says(schema: unknown): boolean {
  return isJson(schema) && Object.keys(schema).some((key) => key !== 'type' && key !== 'properties')
    ? true
    : isJson(schema) && isJson(schema.properties) && Object.keys(schema.properties).length > 0
}

/** Only the older drafts mean something else by these. */
function withDialect(schema: Json, dialect: unknown): Json {
  const isOld = typeof dialect === 'string' && /draft-0[4-7]/.test(dialect)
  if (!isOld || !/"(\$ref|items":\[|definitions)"?/.test(JSON.stringify(schema))) return schema
  return { $schema: dialect, ...schema }
}

/** Without what is of the tool: labels of Protocols, and ids that are paths and would be addresses in JSON Schema. */
function cleaned(value: unknown, isNamed = false): unknown {
  if (Array.isArray(value)) return value.map((each) => cleaned(each))
  if (!isJson(value)) return value
  const entries = Object.entries(value).flatMap(([key, each]): [string, unknown][] => {
    if (!isNamed) {
      if (key === 'labels' || key === '$schema' || (key === 'id' && typeof each === 'string'))
        return []
      if (each === null && key !== 'const' && key !== 'default') return []
      if (key === 'description' && each === '') return []
      if (key === 'enum' || key === 'const' || key === 'default' || key === 'examples') {
        return [[key, each]]
      }
    }
    const areNamed =
      !isNamed && ['properties', 'patternProperties', '$defs', 'definitions'].includes(key)
    return [[key, cleaned(each, areNamed)]]
  })
  return Object.fromEntries(entries)
}
