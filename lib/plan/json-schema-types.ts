// JSON Schema as far as the compiler reads it, and the type that such a schema describes. Types alone.

import type { OwnField } from '../spec/messages.js'

/** The types of JSON (JSON Schema: Validation, type). */
export type JsonType = 'string' | 'number' | 'integer' | 'boolean' | 'null' | 'array' | 'object'

/** A JSON Schema of draft 4, 7, 2019-09 or 2020-12. Keywords that are not listed here are checked as well. */
export interface JsonSchema {
  readonly type?: JsonType | readonly JsonType[] | undefined
  readonly properties?: Readonly<Record<string, JsonSchema | boolean>> | undefined
  readonly required?: readonly string[] | undefined
  readonly additionalProperties?: JsonSchema | boolean | undefined
  readonly items?: JsonSchema | boolean | readonly (JsonSchema | boolean)[] | undefined
  readonly enum?: readonly unknown[] | undefined
  readonly const?: unknown
  readonly anyOf?: readonly (JsonSchema | boolean)[] | undefined
  readonly oneOf?: readonly (JsonSchema | boolean)[] | undefined
  readonly format?: string | undefined
  readonly description?: string | undefined
  readonly [keyword: string]: unknown
}

/**
 * The type that a JSON Schema describes, as far as `type`, `properties`, `required`, `additionalProperties`, `items`,
 * `enum`, `const`, `anyOf` and `oneOf` say it. What only other keywords say is `any`.
 */
export type TypeOfJsonSchema<S> = S extends { readonly const: infer Value }
  ? Value
  : S extends { readonly enum: readonly (infer Value)[] }
    ? Value
    : S extends { readonly anyOf: readonly (infer Each)[] }
      ? TypeOfJsonSchema<Each>
      : S extends { readonly oneOf: readonly (infer Each)[] }
        ? TypeOfJsonSchema<Each>
        : S extends { readonly type: readonly (infer Name)[] }
          ? TypeNamed<Name, S>
          : S extends { readonly type: infer Name }
            ? TypeNamed<Name, S>
            : S extends { readonly properties: object }
              ? ObjectOf<S>
              : OwnField

type TypeNamed<Name, S> = Name extends 'string'
  ? StringOf<S>
  : Name extends 'number' | 'integer'
    ? number
    : Name extends 'boolean'
      ? boolean
      : Name extends 'null'
        ? null
        : Name extends 'array'
          ? readonly ItemOf<S>[]
          : Name extends 'object'
            ? ObjectOf<S>
            : never

/** JSON makes a text of a Date, in the format of these. */
type StringOf<S> = S extends { readonly format: 'date-time' } ? string | Date : string

type ItemOf<S> = S extends { readonly items: infer Items }
  ? Items extends readonly unknown[] | boolean
    ? OwnField
    : TypeOfJsonSchema<Items>
  : OwnField

type RequiredOf<S> = S extends { readonly required: readonly (infer Name)[] } ? Name : never

type Properties<Named, Required> = {
  [Name in keyof Named as Name extends Required ? Name : never]: TypeOfJsonSchema<Named[Name]>
} & {
  [Name in keyof Named as Name extends Required ? never : Name]?:
    TypeOfJsonSchema<Named[Name]> | undefined
}

/** As with zod's objects: more keys compile only if the schema says so. */
type More<S> = S extends { readonly additionalProperties: infer Others }
  ? Others extends false
    ? unknown
    : Record<string, OwnField>
  : S extends { readonly properties: object }
    ? unknown
    : Record<string, OwnField>

type ObjectOf<S> = (S extends { readonly properties: infer Named }
  ? Properties<Named, RequiredOf<S>>
  : unknown) &
  More<S>
