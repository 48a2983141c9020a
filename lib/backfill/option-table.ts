// The options of a backfill that are numbers, switches, texts or one of a few words, with their defaults. `backfill()`
// and the command `selfsame` both use this table; `BackfillOptions` documents the options.

import { booleans, integers } from '../client/options/table.js'
import type { IntegerBounds } from '../runtime/check-option.js'
import type { BackfillOptions } from './options.js'

type Entry =
  | ({ readonly is: 'integer' } & IntegerBounds)
  | { readonly is: 'number'; readonly default: number }
  | { readonly is: 'switch'; readonly default: false }
  | { readonly is: 'text'; readonly default: string }
  | { readonly is: 'choice'; readonly of: readonly [string, ...string[]] }

export const optionTable = {
  name: { is: 'text', default: 'backfill' },
  rate: { is: 'number', default: 500 },
  maxInFlight: { is: 'integer', ...integers.maxInFlight, default: 4 },
  maxMessageBytes: { is: 'integer', ...integers.maxMessageBytes },
  gzip: { is: 'switch', ...booleans.gzip },
  /** The first one is the default. */
  unit: { is: 'choice', of: ['milliseconds', 'seconds'] },
  archived: { is: 'switch', default: false },
  acceptChanges: { is: 'switch', default: false },
  again: { is: 'switch', default: false },
  limit: { is: 'integer', default: Infinity, min: 1 },
  dryRun: { is: 'switch', default: false },
} as const satisfies Partial<Record<keyof BackfillOptions, Entry>>

export type ListedOption = keyof typeof optionTable

export const entryOf = (name: ListedOption): Entry => optionTable[name]

/** Picks the options of the table from others. */
export function pickListed(
  options: Pick<BackfillOptions, ListedOption>,
): Pick<BackfillOptions, ListedOption> {
  const names = Object.keys(optionTable) as ListedOption[]
  return Object.fromEntries(names.map((name) => [name, options[name]]))
}
