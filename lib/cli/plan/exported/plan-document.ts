// A plan, or an exported one, as JSON Schemas.

import type { Plan, Schemas } from '../../../plan/plan.js'
import type { PlanDocument } from '../document/document.js'
import { documentIn } from '../imported/document-in.js'
import { jsonIn } from '../document/json-file.js'
import { loadPlan } from '../../shared/load-plan.js'
import { converterFor, type Converter } from './schema-of.js'

/**
 * @param path of a module that exports a plan, or of a JSON file as `selfsame plan export` or another tool writes it
 * @throws UsageError that says what is wrong with the file
 */
export async function planDocument(path: string): Promise<PlanDocument> {
  if (path.endsWith('.json')) return documentIn(await jsonIn(path), path)
  return documentOf(await loadPlan(path), await converterFor(path))
}

function documentOf(
  { events, pages, screens, traits, groupTraits, unplanned }: Plan,
  convert: Converter,
): PlanDocument {
  const all = (schemas: Schemas) =>
    new Map(Object.entries(schemas).map(([name, schema]) => [name, convert(schema)]))
  return {
    events: all(events),
    pages: pages && all(pages),
    screens: screens && all(screens),
    traits: traits && convert(traits),
    groupTraits: groupTraits && convert(groupTraits),
    unplanned,
  }
}
