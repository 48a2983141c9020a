// `definePlan()`: how a plan is written.

import { describeValue } from '../runtime/describe-value.js'
import type { AnySchema, Plan, PlanDefinition, Schemas, TypesOfDefinition } from './plan.js'
import { rememberAsynchronous } from './asynchronous-schema.js'

/**
 * Makes a plan of which events, pages, screens and traits there are, and of the schema of each. Give it to a client:
 * `new Analytics({ writeKey, plan })` (docs/plan.md).
 *
 * @throws TypeError that names what is wrong in the definition
 * @example
 * const plan = definePlan({
 *   events: { 'Order Completed': z.object({ revenue: z.number() }) },
 *   traits: typed<{ email?: string }>(),
 * })
 */
export function definePlan<const D extends PlanDefinition>(
  definition: D,
): Plan<TypesOfDefinition<D>> {
  const given: unknown = definition
  if (!isRecord(given)) throw wrong('the plan', given, 'an object with events')
  for (const name of Object.keys(given)) {
    if (!known.has(name)) throw new TypeError(`definePlan() does not know ${name}`)
  }
  const { events, traits, groupTraits, pages, screens, unplanned, transform } = definition
  const plan: Plan<TypesOfDefinition<D>> = Object.freeze({
    kind: 'selfsame.plan',
    version: 1,
    events: schemasOf('events', events),
    traits: schemaOf('traits', traits),
    groupTraits: schemaOf('groupTraits', groupTraits),
    pages: pages === undefined ? undefined : schemasOf('pages', pages),
    screens: screens === undefined ? undefined : schemasOf('screens', screens),
    unplanned: oneOf('unplanned', unplanned ?? 'refuse', ['refuse', 'allow'] as const),
    transform: oneOf('transform', transform ?? false, [false, true] as const),
  })
  rememberAsynchronous(plan)
  return plan
}

const known: ReadonlySet<string> = new Set<keyof PlanDefinition>([
  'events',
  'traits',
  'groupTraits',
  'pages',
  'screens',
  'unplanned',
  'transform',
])

function schemasOf(field: string, value: unknown): Schemas {
  if (!isRecord(value)) throw wrong(field, value, 'an object of schemas, by name')
  const entries = Object.keys(value).map((name) => {
    if (name === '') throw new TypeError(`definePlan(): ${field} has an empty name`)
    const schema = schemaOf(`${field} ${JSON.stringify(name)}`, value[name])
    if (schema === undefined) throw wrong(`${field} ${JSON.stringify(name)}`, schema, allowed)
    return [name, schema] as const
  })
  // Without a prototype: an event may have the name of one of its methods.
  return Object.freeze(Object.assign(Object.create(null), Object.fromEntries(entries)) as Schemas)
}

const allowed = 'a Standard Schema (zod, valibot, arktype …) or typed<T>()'

/** An object, or a function: the schemas of arktype can be called. */
function schemaOf(field: string, value: unknown): AnySchema | undefined {
  if (value === undefined) return undefined
  const isObject = typeof value === 'object' ? value !== null : typeof value === 'function'
  const { '~standard': standard } = (isObject ? value : {}) as Partial<AnySchema>
  if (typeof standard?.validate === 'function') return value as AnySchema
  throw wrong(field, value, allowed)
}

function oneOf<const V>(field: string, value: unknown, values: readonly V[]): V {
  const found = values.find((each) => each === value)
  if (found !== undefined) return found
  throw wrong(field, value, values.map((each) => JSON.stringify(each)).join(' or '))
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function wrong(field: string, value: unknown, what: string): TypeError {
  return new TypeError(`definePlan(): ${field} is ${describeValue(value)}; allowed: ${what}`)
}
