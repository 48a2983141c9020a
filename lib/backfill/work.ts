// What the engine does with rows.

import type { RowMapping } from './mapping.js'
import type { BackfillSettings } from './read-options.js'
import type { RejectsFormat } from './rejects.js'

/** What determines the work of the engine, beside the options. */
export interface Work {
  /** @param maxMessageBytes the limit of the outbox, if the run sends */
  mapping(settings: BackfillSettings, maxMessageBytes?: number): RowMapping
  /** Default: a line of JSON with the row. */
  readonly rejectsFormat?: RejectsFormat
  /** Whether a run continues if the server refuses every one of the first messages. */
  readonly expectsRefusals?: boolean
}
