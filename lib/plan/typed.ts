// `typed()`: a type as a schema.

import type { StandardSchema } from './standard-schema.js'

/**
 * A schema of a TypeScript type: the compiler checks it, and nothing does at run time.
 *
 * @example
 * definePlan({ events: { 'Order Completed': typed<{ revenue: number }>() } })
 */
export function typed<T extends object>(): StandardSchema<T> {
  return unchecked as StandardSchema<T>
}

/** The vendor of the schemas that `typed()` returns, which need not be asked. */
export const typedVendor = 'selfsame'

const unchecked: StandardSchema = Object.freeze({
  '~standard': Object.freeze({
    version: 1,
    vendor: typedVendor,
    validate: (value: unknown) => ({ value }),
  }),
})
