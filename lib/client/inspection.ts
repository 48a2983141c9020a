// What `console.log(client)` shows.

import type { InspectOptions } from 'node:util'
import type { Stats } from './stats.js'

type Inspect = (value: unknown, options: InspectOptions) => string

/**
 * Shows the client's stats instead of its fields: the fields of an EventEmitter say nothing about the client, and its
 * listeners may hold secrets.
 */
export function inspectAsStats(client: object, stats: () => Stats): void {
  Object.defineProperty(client, Symbol.for('nodejs.util.inspect.custom'), {
    value: (depth: number | null, options: InspectOptions, inspect: Inspect) =>
      depth !== null && depth < 0 ? '[Analytics]' : `Analytics ${inspect(stats(), options)}`,
    writable: true,
    configurable: true,
  })
}
