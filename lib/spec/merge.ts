// What a client adds to each message: its default context and integrations, beneath the call's own.

import { isPlain } from './plain.js'

type Fields = Record<string, unknown>

/**
 * The call's fields over the client's, deep: where both have an object, it is merged, and anything else of the call's
 * replaces the client's (an array too, as a whole). Neither argument is written to.
 */
export function withDefaults(defaults: Fields, own: Fields): Fields {
  const result: Fields = { ...defaults, ...own }
  for (const key of Object.keys(defaults)) {
    // Assigning this key would set a prototype; the spread above has copied it as the data that it is.
    if (key === '__proto__' || !Object.hasOwn(own, key)) continue
    const beneath = defaults[key]
    const above = own[key]
    if (above === undefined) result[key] = beneath
    else if (isPlainObject(beneath) && isPlainObject(above))
      result[key] = withDefaults(beneath, above)
  }
  return result
}

function isPlainObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && isPlain(value)
}
