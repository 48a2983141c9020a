// Rows and columns.
import type { Cell } from '../data/answers.js'
import { shownValue } from './shown.js'

interface Properties {
  readonly label: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly (Cell | undefined)[])[]
}

export function DataTable({ label, columns, rows }: Properties) {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={label}>
      <table class="data">
        <thead>
          <tr>
            {columns.map((name) => (
              <th key={name} scope="col">
                {shownValue(name)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, place) => (
            <tr key={place}>
              {row.map((cell, column) => (
                <CellView key={columns[column]} cell={cell} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function CellView({ cell }: { cell: Cell | undefined }) {
  if (cell === null || cell === undefined) return <td class="null">null</td>
  const kind = typeof cell === 'number' ? 'number' : undefined
  return (
    <td
      class={kind}
      title={typeof cell === 'string' && cell.length > 40 ? shownValue(cell, 2000) : undefined}
    >
      {shownValue(cell)}
    </td>
  )
}
