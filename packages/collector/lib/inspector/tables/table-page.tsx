// One table: its columns and types, and its newest rows.
import type { TableRows } from '../data/answers.js'
import { useAsked } from '../data/use-asked.js'
import { DataTable } from '../parts/data-table.js'
import { Notice } from '../parts/notice.js'
import { shown } from '../parts/shown.js'

export function TablePage({ name, version }: { name: readonly string[]; version: number }) {
  const path = `/_/tables/${name.map(encodeURIComponent).join('/')}`
  const { value, error } = useAsked<TableRows>(path, version)
  if (error !== undefined) return <Notice isError>{error.message}</Notice>
  if (value === undefined) return null
  const { columns, newest, rows } = value
  const names = columns.map((column) => column.name)
  return (
    <>
      <h1>
        <bdi>{shown(name.join('.'))}</bdi>
      </h1>
      <p class="facts">
        <span>{rows === 1 ? '1 row' : `${new Intl.NumberFormat('en').format(rows)} rows`}</span>
        <span>{columns.length} columns</span>
      </p>
      <h2>Newest rows</h2>
      {newest.length === 0 ? (
        <p class="muted">None yet.</p>
      ) : (
        <DataTable
          label={`Newest rows of ${shown(value.name)}`}
          columns={names}
          rows={newest.map((row) => names.map((each) => row[each]))}
        />
      )}
      <h2>Columns</h2>
      <DataTable
        label={`Columns of ${shown(value.name)}`}
        columns={['column', 'type']}
        rows={columns.map((column) => [column.name, column.type])}
      />
    </>
  )
}
