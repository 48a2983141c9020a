// A plan as JSON Schemas: what `infer` and `import` make, `export` writes and `diff` compares.

/** A JSON Schema as JSON has it. */
export type Json = Record<string, unknown>

/** What a person should know of a schema: written beside it as a comment, and never a part of it. */
export const note = Symbol('note')

export interface Noted {
  [note]?: string
}

export interface PlanDocument {
  readonly events: ReadonlyMap<string, Json & Noted>
  readonly traits?: (Json & Noted) | undefined
  readonly groupTraits?: (Json & Noted) | undefined
  /** Undefined: any page. */
  readonly pages?: ReadonlyMap<string, Json & Noted> | undefined
  /** Undefined: any screen. */
  readonly screens?: ReadonlyMap<string, Json & Noted> | undefined
  readonly unplanned: 'allow' | 'refuse'
}

/** The parts of a plan that have names, and those that have none. */
export const named = ['events', 'pages', 'screens'] as const
export const nameless = ['traits', 'groupTraits'] as const

export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The properties of an object's schema. */
export function propertiesOf(schema: Json): Record<string, Json> {
  const { properties } = schema
  if (!isJson(properties)) return {}
  return Object.fromEntries(
    Object.entries(properties).map(([name, value]) => [name, isJson(value) ? value : {}]),
  )
}

export function requiredOf({ required }: Json): string[] {
  return Array.isArray(required) ? required.filter((each) => typeof each === 'string') : []
}

/** The types that a schema names; undefined if it names none. */
export function typesOf({ type }: Json): string[] | undefined {
  if (typeof type === 'string') return [type]
  return Array.isArray(type) ? type.filter((each) => typeof each === 'string') : undefined
}
