// `jsonSchema()`: a JSON Schema as a schema of a plan.

import { dereference, Validator, type SchemaDraft } from '@cfworker/json-schema'
import { describeValue, toError } from '../runtime/describe-value.js'
import { issuesOf } from './json-schema-issues.js'
import type { JsonSchema, TypeOfJsonSchema } from './json-schema-types.js'
import { asJson } from './json-value.js'
import type { SchemaResult, StandardSchema } from './standard-schema.js'

/** A schema of which its JSON Schema can be had (standardschema.dev, Standard JSON Schema). */
export interface JsonSchemaSchema<Input> extends StandardSchema<Input> {
  readonly '~standard': StandardSchema<Input>['~standard'] & {
    readonly jsonSchema: {
      readonly input: (options?: { readonly target?: string }) => Record<string, unknown>
      readonly output: (options?: { readonly target?: string }) => Record<string, unknown>
    }
  }
}

/**
 * A JSON Schema as a schema of a plan: the compiler reads its types, and messages are checked against it. What is checked
 * is the value as JSON has it: a Date is a text.
 *
 * @param schema of draft 4, 7, 2019-09 or 2020-12, as its `$schema` says; 2020-12 if it says nothing. Write it in place, or
 * end it with `as const`, or the compiler does not see its types. It is copied
 * @throws TypeError that names the keyword that is wrong
 * @example
 * definePlan({
 *   events: {
 *     'Order Completed': jsonSchema({
 *       type: 'object',
 *       properties: { revenue: { type: 'number' }, coupon: { type: 'string' } },
 *       required: ['revenue'],
 *       additionalProperties: false,
 *     }),
 *   },
 * })
 */
export function jsonSchema<const S extends JsonSchema>(
  schema: S,
): JsonSchemaSchema<TypeOfJsonSchema<S>> {
  const text = textOf(schema)
  const parsed = JSON.parse(text) as Record<string, unknown>
  check(parsed, '')
  if (/"\$?(ref|id|anchor)"/.test(text)) checkReferences(parsed)
  const copy = (): Record<string, unknown> => JSON.parse(text) as Record<string, unknown>
  let validator: Validator | undefined
  const validate = (value: unknown): SchemaResult<unknown> => {
    if (value === undefined) return { issues: [{ message: 'is missing' }] }
    // Made when it is needed: a large plan is to be defined at once.
    validator ??= new Validator(copy(), draftOf(copy()), false)
    const json = asJson(value)
    const { valid, errors } = validator.validate(json)
    return valid ? { value } : { issues: issuesOf(errors, json) }
  }
  const standard = {
    version: 1,
    vendor: 'selfsame.json-schema',
    validate,
    jsonSchema: { input: copy, output: copy },
  } as const
  return Object.freeze({ '~standard': Object.freeze(standard) }) as JsonSchemaSchema<
    TypeOfJsonSchema<S>
  >
}

function textOf(schema: unknown): string {
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) {
    throw wrong('the schema', describeValue(schema), 'an object')
  }
  try {
    return JSON.stringify(schema)
  } catch (cause) {
    throw new TypeError('jsonSchema(): the schema cannot be written as JSON', { cause })
  }
}

function draftOf({ $schema }: Record<string, unknown>): SchemaDraft {
  const [, name] = /(draft-0[47]|2019-09)/.exec(String($schema)) ?? []
  if (name === undefined) return '2020-12'
  return name === 'draft-04' ? '4' : name === 'draft-07' ? '7' : '2019-09'
}

const typeNames = ['string', 'number', 'integer', 'boolean', 'null', 'array', 'object']

/** Keywords whose values are schemas, or lists or objects of such. */
const within = {
  one: ['additionalProperties', 'contains', 'else', 'if', 'items', 'not', 'propertyNames', 'then'],
  many: ['allOf', 'anyOf', 'items', 'oneOf', 'prefixItems'],
  named: ['$defs', 'definitions', 'patternProperties', 'properties'],
}

/** What would otherwise refuse every message, or come up with the first one: a misspelt type, a broken pattern. */
function check(schema: unknown, place: string): void {
  if (typeof schema === 'boolean') return
  if (!isRecord(schema)) throw wrong(place, describeValue(schema), 'a schema')
  const { type, pattern, required } = schema
  const names: unknown[] = Array.isArray(type) ? type : [type]
  if (type !== undefined && !names.every((name) => typeNames.includes(name as string))) {
    throw wrong(`${place}/type`, JSON.stringify(type), typeNames.join(', '))
  }
  // In draft 3 and in many hand-written schemas it is a boolean of the property.
  if (required !== undefined && !Array.isArray(required)) {
    throw wrong(`${place}/required`, describeValue(required), 'a list of names')
  }
  if (pattern !== undefined && !isPattern(pattern)) {
    throw wrong(`${place}/pattern`, JSON.stringify(pattern), 'a regular expression')
  }
  for (const name of within.one) {
    if (isRecord(schema[name])) check(schema[name], `${place}/${name}`)
  }
  for (const name of within.many) {
    const all = schema[name]
    if (Array.isArray(all)) all.forEach((each, index) => check(each, `${place}/${name}/${index}`))
  }
  for (const name of within.named) {
    const all = schema[name]
    if (!isRecord(all)) continue
    for (const [key, each] of Object.entries(all)) check(each, `${place}/${name}/${key}`)
  }
}

/** The validator would throw at the first message that comes to it. */
function checkReferences(schema: Record<string, unknown>): void {
  const lookup = lookupOf(schema)
  for (const each of Object.values(lookup)) {
    if (typeof each === 'boolean' || each.__absolute_ref__ === undefined) continue
    if (lookup[each.__absolute_ref__] === undefined) {
      throw wrong(`$ref "${each.$ref}"`, 'a reference to nothing', 'a part of the schema')
    }
  }
}

function lookupOf(schema: Record<string, unknown>): ReturnType<typeof dereference> {
  try {
    return dereference(structuredClone(schema))
  } catch (cause) {
    // Two parts with the same id, or an id that is no address.
    throw new TypeError(`jsonSchema(): ${toError(cause).message}`, { cause })
  }
}

function isPattern(value: unknown): boolean {
  try {
    return typeof value === 'string' && new RegExp(value, 'u') instanceof RegExp
  } catch {
    return false
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function wrong(place: string, given: string, allowed: string): TypeError {
  return new TypeError(`jsonSchema(): ${place} is ${given}; allowed: ${allowed}`)
}
