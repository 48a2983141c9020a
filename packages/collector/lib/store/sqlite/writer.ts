// What is needed to write a file.
import type { Counters } from './counters.js'
import type { IdIndex } from './id-index.js'
import type { PeopleRows } from './people-rows.js'
import type { SourceTables } from './source-tables.js'
import type { Statements } from './statements.js'

/** What a writer of a file has, from one transaction to the next. */
export interface Writer {
  readonly statements: Statements
  readonly counters: Counters
  readonly ids: IdIndex
  readonly people: PeopleRows
  readonly tables: SourceTables
}
