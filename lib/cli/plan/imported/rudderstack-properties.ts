// Properties as RudderStack's Data Catalog lists them, as a JSON Schema.

import { isJson, type Json } from '../document/document.js'

/** `[{ name, type: 'number, string', required, propConfig, properties }]` (Data Catalog API: Tracking Plans). */
export function schemaOfProperties(properties: readonly unknown[], isOpen: boolean): Json {
  const listed = properties.filter(isJson).filter(({ name }) => typeof name === 'string')
  const required = listed.filter((each) => each.required === true).map(({ name }) => name)
  return {
    type: 'object',
    properties: Object.fromEntries(listed.map((each) => [each.name, schemaOf(each)])),
    ...(required.length > 0 ? { required } : {}),
    ...(isOpen ? {} : { additionalProperties: false }),
  }
}

function schemaOf({ type, description, propConfig, properties, additionalProperties }: Json): Json {
  const types = typeof type === 'string' ? type.split(',').map((each) => each.trim()) : []
  const known = types.filter((each) => each !== '')
  const nested =
    Array.isArray(properties) && properties.length > 0
      ? schemaOfProperties(properties, additionalProperties !== false)
      : {}
  return {
    ...(typeof description === 'string' && description !== '' ? { description } : {}),
    ...nested,
    ...(known.length > 0 ? { type: known.length === 1 ? known[0] : known } : {}),
    ...(isJson(propConfig) ? propConfig : {}),
  }
}
