// What the message became in the tables.
import { addressOf } from '../data/address.js'
import type { Cell, MessageDetail, MessageRow } from '../data/answers.js'
import { shown, shownValue } from '../parts/shown.js'

export function RowsTab({ message: { rows, discards } }: { message: MessageDetail }) {
  return (
    <>
      {rows.length === 0 ? <p>It has no rows.</p> : null}
      {rows.map((row) => (
        <RowView key={`${row.schema ?? ''} ${row.table}`} row={row} />
      ))}
      {discards.length === 0 ? null : (
        <>
          <h3>Values that did not fit</h3>
          <ul>
            {discards.map(({ table_name, table, column_name, column, reason }, place) => (
              <li key={place}>
                <code>
                  {shownValue(table_name ?? table)}.{shownValue(column_name ?? column)}
                </code>
                : {shownValue(reason)}
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  )
}

function RowView({ row: { schema, table, row } }: { row: MessageRow }) {
  const cells = Object.entries(row).filter(([, cell]) => cell !== null)
  return (
    <>
      <h3>
        <a href={addressOf(['tables', ...(schema === undefined ? [] : [schema]), table])}>
          {shown(table)}
        </a>
      </h3>
      <dl class="fields">
        {cells.map(([name, cell]) => (
          <Field key={name} name={name} cell={cell} />
        ))}
      </dl>
    </>
  )
}

function Field({ name, cell }: { name: string; cell: Cell }) {
  return (
    <>
      <dt>{shown(name)}</dt>
      <dd>
        <bdi>{shownValue(cell, 500)}</bdi>
      </dd>
    </>
  )
}
