// Which schemas of a plan are types alone.

import { isUnchecked } from '../../../plan/asked-schemas.js'
import type { Plan } from '../../../plan/plan.js'

/** The names of events, pages, screens and traits that nothing checks at run time. */
export function uncheckedOf({ events, pages, screens, traits, groupTraits }: Plan): string[] {
  const all = [
    ...Object.entries({ ...events }),
    ...Object.entries({ ...pages }),
    ...Object.entries({ ...screens }),
    ...Object.entries({ traits, groupTraits }),
  ]
  return all.flatMap(([name, schema]) => (schema && isUnchecked(schema) ? [name] : []))
}
