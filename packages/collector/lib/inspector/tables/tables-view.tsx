// The view of tables: which there are, the rows of one, and SQL.
import { type Address, addressOf } from '../data/address.js'
import type { Summary, TableView } from '../data/answers.js'
import { useAsked } from '../data/use-asked.js'
import { useChanges } from '../data/use-changes.js'
import { Notice } from '../parts/notice.js'
import { shown } from '../parts/shown.js'
import { OWN_TABLES } from './own-tables.js'
import { SqlBox } from './sql-box.js'
import { TablePage } from './table-page.js'

const number = new Intl.NumberFormat('en')

export function TablesView({ address }: { address: Address }) {
  const version = useChanges()
  const { value, error } = useAsked<{ tables: readonly TableView[] }>('/_/tables', version)
  const summary = useAsked<Summary>('/_/summary')
  const name = address.path.slice(1)
  const sql = address.query.get('sql') ?? undefined
  return (
    <div class="tables">
      <nav aria-label="Tables">
        <h2>
          <a href="/tables?sql=" aria-current={name.length === 0 ? 'page' : undefined}>
            SQL
          </a>
        </h2>
        <TableList tables={value?.tables ?? []} chosen={name} />
      </nav>
      <div class="page">
        {error === undefined ? null : <Notice isError>{error.message}</Notice>}
        {name.length > 0 ? (
          <TablePage name={name} version={version} />
        ) : (
          <SqlBox sql={sql} store={summary.value?.store} isEmpty={value?.tables.length === 0} />
        )}
      </div>
    </div>
  )
}

const OWN = 'People and logs'

function groupOf({ schema, name }: TableView): string {
  if (schema !== null) return schema
  return OWN_TABLES.has(name) ? OWN : 'Your messages'
}

function TableList({
  tables,
  chosen,
}: {
  tables: readonly TableView[]
  chosen: readonly string[]
}) {
  const groups = Map.groupBy(tables, groupOf)
  return (
    <>
      {[...groups]
        .sort(([a], [b]) => (a === OWN ? 1 : b === OWN ? -1 : 0))
        .map(([group, members]) => (
          <div key={group}>
            <h3>{shown(group)}</h3>
            <ul>
              {members.map(({ schema, name, rows }) => {
                const path = schema === null ? [name] : [schema, name]
                const isCurrent = path.join('\0') === chosen.join('\0')
                return (
                  <li key={name}>
                    <a
                      href={addressOf(['tables', ...path])}
                      aria-current={isCurrent ? 'page' : undefined}
                    >
                      <bdi>{shown(name)}</bdi>
                      <span class="muted">{number.format(rows)}</span>
                    </a>
                  </li>
                )
              })}
            </ul>
          </div>
        ))}
    </>
  )
}
