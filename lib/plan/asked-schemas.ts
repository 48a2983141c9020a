// The schemas of a plan's events, pages or screens, by name.

import { typedVendor } from './typed.js'
import type { AnySchema, Schemas } from './plan.js'
import { similarName } from './similar-name.js'

/** Names that were looked up in vain: they may be anybody's data, and their number has to be bounded. */
const mostRemembered = 1_000

export class AskedSchemas {
  readonly #schemas: ReadonlyMap<string, AnySchema | 'unchecked'>
  readonly #similar = new Map<string, string | undefined>()

  constructor(schemas: Schemas) {
    this.#schemas = new Map(
      Object.entries(schemas).map(([name, schema]) => [
        name,
        isUnchecked(schema) ? 'unchecked' : schema,
      ]),
    )
  }

  of(name: string): AnySchema | 'unchecked' | undefined {
    return this.#schemas.get(name)
  }

  /** The planned name that was probably meant, if there is one. */
  similarTo(name: string): string | undefined {
    if (this.#similar.has(name)) return this.#similar.get(name)
    const found = similarName(name, this.#schemas.keys())
    if (this.#similar.size >= mostRemembered) this.#similar.clear()
    this.#similar.set(name, found)
    return found
  }
}

/** Whether a schema is a type alone, as `typed()` returns it. */
export function isUnchecked(schema: AnySchema): boolean {
  return schema['~standard'].vendor === typedVendor
}
