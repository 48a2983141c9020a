// Checks messages against a plan, by its schemas, which are users' code.

import { describeValue, toError } from '../runtime/describe-value.js'
import { callUserCode } from '../runtime/user-code.js'
import { toFields } from '../spec/fields.js'
import { isThenable } from '../runtime/value-kinds.js'
import type { MessageType } from '../spec/messages.js'
import type { MessageViolations } from '../spec/violation.js'
import { AskedSchemas, isUnchecked } from './asked-schemas.js'
import { cut, Mistakes } from './mistakes.js'
import type { AnySchema, Plan } from './plan.js'
import type { SchemaIssue } from './standard-schema.js'

/** What is checked of a message: its fields, whatever they are. */
export interface Fields {
  readonly event?: unknown
  readonly name?: unknown
  readonly category?: unknown
  readonly properties?: unknown
  readonly traits?: unknown
}

/** What a check has found wrong. */
export interface Violated {
  readonly found: MessageViolations
  /** The same in words that quote no value: for errors and warnings. */
  readonly summary: string
  /** Of each violation, in words that quote no value. */
  readonly words: readonly string[]
  /** What a schema threw. */
  readonly cause?: unknown
}

/** What the schema has made of a part of a message, if the plan transforms. */
export interface Transformed {
  readonly found?: undefined
  readonly field: 'properties' | 'traits'
  readonly value: Record<string, unknown>
}

/** What a message is checked by. */
interface Target {
  readonly type: MessageType
  readonly field: 'properties' | 'traits'
  readonly name: string | undefined
  readonly schema: AnySchema
}

export class PlanChecker {
  readonly #plan: Plan
  readonly #events: AskedSchemas
  readonly #pages: AskedSchemas | undefined
  readonly #screens: AskedSchemas | undefined
  /** Whether a schema is being asked: a call that it makes would come to the same schema, and so on. */
  #isAsking = false

  constructor(plan: Plan) {
    this.#plan = plan
    this.#events = new AskedSchemas(plan.events)
    this.#pages = plan.pages && new AskedSchemas(plan.pages)
    this.#screens = plan.screens && new AskedSchemas(plan.screens)
  }

  /** What is wrong with a message, or what its schema has made of it; undefined: send it as it is. Never throws. */
  check(type: MessageType, fields: Fields): Violated | Transformed | undefined {
    switch (type) {
      case 'track':
        return this.#checkNamed(type, 'event', this.#events, fields)
      case 'page':
        return this.#pages && this.#checkNamed(type, 'name', this.#pages, fields)
      case 'screen':
        return this.#screens && this.#checkNamed(type, 'name', this.#screens, fields)
      case 'identify':
        return this.#checkTraits(type, this.#plan.traits, fields)
      case 'group':
        return this.#checkTraits(type, this.#plan.groupTraits, fields)
      case 'alias':
        return undefined
    }
  }

  #checkTraits(
    type: 'identify' | 'group',
    schema: AnySchema | undefined,
    fields: Fields,
  ): Violated | Transformed | undefined {
    if (schema === undefined || isUnchecked(schema)) return undefined
    return this.#checkBy({ type, field: 'traits', name: undefined, schema }, fields.traits)
  }

  #checkNamed(
    type: 'track' | 'page' | 'screen',
    field: 'event' | 'name',
    schemas: AskedSchemas,
    fields: Fields,
  ): Violated | Transformed | undefined {
    const given = fields[field]
    const name = typeof given === 'string' ? given : undefined
    const schema = name === undefined ? undefined : schemas.of(name)
    if (schema === 'unchecked') return undefined
    if (schema !== undefined) {
      const target = { type, field: 'properties', name, schema } as const
      const checked = this.#checkBy(target, fields.properties)
      return checked?.found && type === 'page' ? this.#checkPage(target, fields, checked) : checked
    }
    if (this.#plan.unplanned === 'allow') return undefined
    if (name === undefined) {
      const mistakes = new Mistakes(type, type, undefined)
      mistakes.add('Required', field, `${field} is missing; the plan has names`)
      return mistakes.checked()
    }
    const similar = schemas.similarTo(name)
    const hint = similar === undefined ? '' : `; did you mean ${JSON.stringify(similar)}?`
    const mistakes = new Mistakes(type, type, name)
    mistakes.add('Unplanned Event', field, `${JSON.stringify(cut(name))} is not in the plan${hint}`)
    return mistakes.checked()
  }

  /** A page's category is also put into its properties: what was passed, without it, may be as planned. */
  #checkPage(
    target: Target,
    { category, properties }: Fields,
    whole: Violated,
  ): Violated | Transformed | undefined {
    const { category: added, ...passed } = { ...(properties as { category?: unknown }) }
    if (category === undefined || added !== category) return whole
    const checked = this.#checkBy(target, passed)
    if (checked?.found) return whole
    return checked && { ...checked, value: { ...checked.value, category } }
  }

  #checkBy(target: Target, value: unknown): Violated | Transformed | undefined {
    const { field, schema } = target
    if (this.#isAsking) {
      return mistakesOf(target).only(field, 'a schema of the plan made the call, which it may not')
    }
    this.#isAsking = true
    try {
      const result: unknown = callUserCode(() => schema['~standard'].validate(value))
      if (isThenable(result)) {
        // Nobody else would handle its rejection, and that would end the process.
        Promise.resolve(result).catch(() => undefined)
        return mistakesOf(target).only(
          field,
          'the schema is asynchronous; allowed: one that answers at once',
        )
      }
      const { issues, value: made } = result as { issues?: unknown; value?: unknown }
      if (issues === undefined) {
        return this.#plan.transform ? { field, value: toFields(field, made) } : undefined
      }
      const mistakes = mistakesOf(target)
      for (const issue of issues as readonly SchemaIssue[]) {
        if (mistakes.isFull) break
        mistakes.addIssue(field, value, issue)
      }
      return mistakes.checked()
    } catch (thrown) {
      const description = `the schema threw: ${messageOf(thrown)}`
      return {
        ...mistakesOf(target).only(field, 'the schema threw', description),
        cause: toError(thrown),
      }
    } finally {
      this.#isAsking = false
    }
  }
}

/** Made only if something is wrong: most messages are as planned. */
function mistakesOf({ type, name }: Target): Mistakes {
  return new Mistakes(type, name === undefined ? type : `${type} ${JSON.stringify(name)}`, name)
}

/** Of an error whose message may be a getter that throws as well. */
function messageOf(thrown: unknown): string {
  try {
    return toError(thrown).message
  } catch {
    return describeValue(thrown)
  }
}
