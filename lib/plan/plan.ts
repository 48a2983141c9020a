// A plan: which events, pages, screens and traits there are, and the schema of each.

import type { AnyPlan, PlanTypes } from '../spec/planned-calls.js'
import type { InputOf, StandardSchema } from './standard-schema.js'

/** Any schema, whatever it takes. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- `unknown` would refuse those whose input is not
export type AnySchema = StandardSchema<any, any>

/** Schemas by the name of what they describe. */
export type Schemas = Readonly<Record<string, AnySchema>>

/** What `definePlan()` takes. Each schema is a Standard Schema (zod, valibot, arktype …), or `typed<T>()`. */
export interface PlanDefinition {
  /** Of the properties of each event, by its name: `{ 'Order Completed': schema }`. */
  readonly events: Schemas
  /**
   * Of the traits of `identify()`.
   * @default any
   */
  readonly traits?: AnySchema | undefined
  /**
   * Of the traits of `group()`.
   * @default any
   */
  readonly groupTraits?: AnySchema | undefined
  /**
   * Of the properties of each page, by its name.
   * @default any page
   */
  readonly pages?: Schemas | undefined
  /**
   * Of the properties of each screen, by its name.
   * @default any screen
   */
  readonly screens?: Schemas | undefined
  /**
   * `'allow'`: events, pages and screens that the plan does not name are no violation, and compile.
   * @default 'refuse'
   */
  readonly unplanned?: 'allow' | 'refuse' | undefined
  /**
   * Whether what a schema makes of its input is sent: defaults filled in, texts trimmed, unknown keys left out. By default
   * what was passed is sent.
   * @default false
   */
  readonly transform?: boolean | undefined
}

/**
 * A plan, as `definePlan()` makes it: frozen, and the same for every tool that reads one. Its fields are those of the
 * definition with the defaults filled in.
 */
export interface Plan<Types extends PlanTypes = PlanTypes> extends AnyPlan {
  /** Tells a plan from any other object, in whichever copy of the package it was made. */
  readonly kind: 'selfsame.plan'
  /** Of this shape. */
  readonly version: 1
  readonly events: Schemas
  readonly traits: AnySchema | undefined
  readonly groupTraits: AnySchema | undefined
  /** Undefined: any page. */
  readonly pages: Schemas | undefined
  /** Undefined: any screen. */
  readonly screens: Schemas | undefined
  readonly unplanned: 'allow' | 'refuse'
  readonly transform: boolean
  /** For the compiler alone: there is no such value. */
  readonly '~types'?: Types | undefined
}

type InputsOf<Named> = { readonly [Name in keyof Named]: InputOf<Named[Name]> }

/** The types that a definition says. What it leaves out is left out here. */
export type TypesOfDefinition<D extends PlanDefinition> = {
  readonly events: InputsOf<D['events']>
} & (D extends { readonly traits: infer S extends AnySchema }
  ? { readonly traits: InputOf<S> }
  : unknown) &
  (D extends { readonly groupTraits: infer S extends AnySchema }
    ? { readonly groupTraits: InputOf<S> }
    : unknown) &
  (D extends { readonly pages: infer S extends Schemas }
    ? { readonly pages: InputsOf<S> }
    : unknown) &
  (D extends { readonly screens: infer S extends Schemas }
    ? { readonly screens: InputsOf<S> }
    : unknown) &
  (D extends { readonly unplanned: 'allow' } ? { readonly unplanned: 'allow' } : unknown)
