// The schema as a batch of rows will leave it. The schema that is given stays as it is.
import type { RowBatch } from '../cells/cells.js'
import { Discards } from './discards.js'
import type { Schema, SchemaChange } from './schema.js'
import { TableDraft } from './table-draft.js'
import { fixedColumns, isEventTable } from './tables.js'

export interface DraftOptions {
  /** The longest text, in characters; longer ones are cut. */
  readonly maxText: number
  readonly maxEventTables: number
}

export class SchemaDraft {
  readonly discards = new Discards()
  readonly #schema: Schema
  readonly #options: DraftOptions
  readonly #tables = new Map<string, TableDraft>()
  #eventTables = 0

  constructor(schema: Schema, options: DraftOptions) {
    this.#schema = schema
    this.#options = options
    for (const table of schema.keys()) if (isEventTable(table)) this.#eventTables += 1
  }

  /** The table, which will be there afterwards. */
  table(name: string): TableDraft {
    return this.#tables.get(name) ?? this.#begin(name)
  }

  /** The table of an event; undefined if it is not there, and there are enough of them. */
  eventTable(name: string): TableDraft | undefined {
    const known = this.#tables.get(name)
    if (known !== undefined) return known
    if (!this.#schema.has(name)) {
      if (this.#eventTables >= this.#options.maxEventTables) return undefined
      this.#eventTables += 1
    }
    return this.#begin(name)
  }

  changes(): SchemaChange[] {
    return [...this.#tables.values()].flatMap((table) => table.changes())
  }

  batches(): RowBatch[] {
    return [...this.#tables.values()].flatMap((table) => table.batch() ?? [])
  }

  #begin(name: string): TableDraft {
    const table = new TableDraft({
      name,
      before: this.#schema.get(name),
      fixed: fixedColumns(name),
      maxText: this.#options.maxText,
      discards: this.discards,
    })
    this.#tables.set(name, table)
    return table
  }
}
