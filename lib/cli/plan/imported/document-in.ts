// A plan in JSON, in whichever of the known forms it is: our own, Segment's, RudderStack's.

import { UsageError } from '../../shared/exit-codes.js'
import { isJson, type Json, type PlanDocument } from '../document/document.js'
import { schemaOfProperties } from './rudderstack-properties.js'
import { type Rule, Rules } from './rules.js'

export interface Imported {
  readonly document: PlanDocument
  /** What could not be taken over. */
  readonly remarks: readonly string[]
}

/** @throws UsageError if it is in none of the forms */
export function documentIn(value: unknown, path: string): PlanDocument {
  return importedFrom(value, path).document
}

/** @throws UsageError if it is in none of the forms */
export function importedFrom(value: unknown, path: string): Imported {
  const own = ownDocument(value)
  if (own !== undefined) return { document: own, remarks: [] }
  const found = rulesIn(value)
  if (found === undefined) {
    throw new UsageError(
      `${path} is no plan that is known; allowed: what selfsame plan export writes, { "events": { NAME: JSON Schema } }, ` +
        'the rules of a tracking plan of Segment, a tracking plan of RudderStack with its rules',
    )
  }
  const rules = new Rules()
  for (const rule of found) rules.add(rule)
  const { document, remarks } = rules
  return { document, remarks }
}

/** What `export` writes, or `{ events: { NAME: schema }, traits: schema }`. */
function ownDocument(value: unknown): PlanDocument | undefined {
  if (!isJson(value)) return undefined
  const exported = isJson(value.$defs) ? value.$defs : undefined
  const parts = isJson(exported?.events) ? exported : value
  const inner = (part: unknown) => (isJson(part) && exported ? part.$defs : part)
  const events = inner(parts.events)
  if (!isJson(events) || !Object.values(events).every(isJson)) return undefined
  const refuses = exported === undefined || JSON.stringify(value.allOf ?? []).includes('"enum"')
  return {
    events: mapOf(events),
    pages: isJson(inner(parts.pages)) ? mapOf(inner(parts.pages) as Json) : undefined,
    screens: isJson(inner(parts.screens)) ? mapOf(inner(parts.screens) as Json) : undefined,
    traits: isJson(parts.traits) ? parts.traits : undefined,
    groupTraits: isJson(parts.groupTraits) ? parts.groupTraits : undefined,
    unplanned: refuses && value.unplanned !== 'allow' ? 'refuse' : 'allow',
  }
}

function mapOf(schemas: Json): Map<string, Json> {
  return new Map(Object.entries(schemas) as [string, Json][])
}

function rulesIn(value: unknown): Rule[] | undefined {
  if (Array.isArray(value)) {
    const rules = value.filter(isJson).map(ruleIn)
    const known = rules.filter((rule) => rule !== undefined)
    return known.length > 0 && known.length === value.length ? known : undefined
  }
  if (!isJson(value)) return undefined
  // The APIs put their answers into `data`.
  if (value.data !== undefined) return rulesIn(value.data)
  const { rules, events } = value
  if (Array.isArray(rules)) return rulesIn(rules)
  if (Array.isArray(events)) return rulesIn(events)
  if (isJson(rules) && Array.isArray(rules.events)) {
    const listed = rules.events.length === 0 ? [] : rulesIn(rules.events)
    return listed && [...listed, ...ofPeople(rules)]
  }
  const rule = ruleIn(value)
  return rule && [rule]
}

/** Segment's Config API has those of identify, group and all messages beside the events. */
function ofPeople(rules: Json): Rule[] {
  return (['identify', 'group', 'global'] as const).flatMap((type) => {
    const schema = rules[type]
    return isJson(schema) && isJson(schema.properties) ? [{ type, name: undefined, schema }] : []
  })
}

/** Of Segment's Public API, of its Config API, or an event of RudderStack. */
function ruleIn(value: Json): Rule | undefined {
  const { key, jsonSchema, name, eventType, rules, properties, identitySection } = value
  if (isJson(jsonSchema) && typeof value.type === 'string') {
    return { type: value.type.toLowerCase(), name: nameIn(key), schema: jsonSchema }
  }
  if (typeof name !== 'string') return undefined
  const type = typeof eventType === 'string' ? eventType.toLowerCase() : 'track'
  const section =
    typeof identitySection === 'string' && identitySection !== '' ? identitySection : undefined
  if (isJson(rules)) return { type, name: nameIn(name), schema: rules, section }
  if (!Array.isArray(properties)) return undefined
  const isOpen = value.additionalProperties !== false
  const place = section ?? (type === 'identify' || type === 'group' ? 'traits' : 'properties')
  const schema = schemaOfProperties(properties, isOpen)
  const [first = '', second] = place.split('.')
  const inner = second === undefined ? schema : { type: 'object', properties: { [second]: schema } }
  return { type, name: nameIn(name), schema: { properties: { [first]: inner } }, section: place }
}

function nameIn(name: unknown): string | undefined {
  return typeof name === 'string' && name !== '' ? name : undefined
}
