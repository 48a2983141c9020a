// What a filter says, as a tree.
import type { Pattern } from './pattern.js'
import type { Period } from './period.js'

/** A field, as the way to it: `['properties', 'plan']`. */
export type Key = readonly string[]

export const STATES = ['discarded', 'duplicate', 'unresolved', 'identified', 'anonymous'] as const
export type State = (typeof STATES)[number]

export const COMPARATORS = ['>=', '<=', '>', '<'] as const
export type Comparator = (typeof COMPARATORS)[number]

/** What a field is compared with: a number, or the time at which a period begins. */
export type Operand =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'time'; readonly period: Period; readonly text: string }

export type Node =
  | { readonly kind: 'all'; readonly nodes: readonly Node[] }
  | { readonly kind: 'any'; readonly nodes: readonly Node[] }
  | { readonly kind: 'not'; readonly node: Node }
  /** Text that stands anywhere in the message. */
  | { readonly kind: 'word'; readonly pattern: Pattern }
  | { readonly kind: 'is'; readonly state: State }
  | { readonly kind: 'has'; readonly key: Key }
  | { readonly kind: 'equal'; readonly key: Key; readonly pattern: Pattern }
  /** A time of the message that lies in a period. */
  | { readonly kind: 'within'; readonly key: Key; readonly period: Period; readonly text: string }
  | {
      readonly kind: 'compare'
      readonly key: Key
      readonly comparator: Comparator
      readonly operand: Operand
    }
