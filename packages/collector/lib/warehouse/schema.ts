// The tables of one source, as they are and as they are to become.
import type { Cell, Columns, ColumnType } from '../cells/cells.js'

/** The tables that exist, by name. */
export type Schema = ReadonlyMap<string, Columns>

/** A step that makes room for new rows. A store carries the steps out in order, in the transaction of the rows. */
export type SchemaChange =
  | {
      readonly kind: 'create'
      readonly table: string
      /** The first column is `id`, the primary key. */
      readonly columns: Columns
    }
  | { readonly kind: 'add'; readonly table: string; readonly columns: Columns }
  | {
      /** The column's values are kept: an integer as the same number, anything as its text. */
      readonly kind: 'widen'
      readonly table: string
      readonly column: string
      readonly from: ColumnType
      readonly to: ColumnType
    }

/** A value that could not be kept as it was sent. Nothing is changed or left out without one of these. */
export interface Discard {
  readonly table: string
  readonly column: string
  /** As JSON; long values are cut. */
  readonly value: string
  readonly reason: string
  readonly messageId: string
}

/** A row of `users` or `accounts`: what each column has, and since when. */
export interface UpsertState {
  readonly id: string
  /** The row. */
  readonly columns: Map<string, UpsertCell>
  /**
   * What the row does not show and a later update has to know, such as a trait that was set to null before it had a
   * column. A store keeps the text as it is, and gives it back; '' if there is nothing.
   */
  readonly rest: string
}

export interface UpsertCell {
  readonly value: Cell
  /** Of the message that set it, ms since 1970: the newest wins. */
  readonly timestamp: number
  /** The place of that message in the order of arrival: decides between equal timestamps. */
  readonly seq: number
  /** The trait that the column comes from: `address` for `address_city`; '' if it comes from none. */
  readonly trait: string
}
