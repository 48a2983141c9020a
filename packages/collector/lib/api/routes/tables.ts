// The routes of tables: which there are, their rows, and read-only SQL.
import { isError } from '../../../../../lib/runtime/value-kinds.js'
import { isObject } from '../../messages/message.js'
import type { SqlResult, TableInfo } from '../../store/store.js'
import { jsonAnswer } from '../exchange/answers.js'
import { ApiError, invalid, notFound } from '../exchange/api-error.js'
import type { Call, Route } from '../exchange/route.js'
import type { Needs } from '../needs/needs.js'

const LIMIT = { min: 1, max: 1000 }
const MAX_SQL = 64 * 1024
/** How much a query may give, and how long it may take, ms. */
const SQL_LIMITS = { rows: 1000, timeout: 2000 }

export function tableRoutes(needs: Needs): Route[] {
  return [
    {
      method: 'GET',
      path: '/_/tables',
      query: [],
      answer: async () => jsonAnswer({ tables: (await needs.store.tables()).map(tableView) }),
    },
    {
      method: 'GET',
      path: '/_/tables/:table',
      query: ['limit'],
      answer: (call) => rowsOf(needs, call),
    },
    {
      method: 'GET',
      path: '/_/tables/:schema/:table',
      query: ['limit'],
      answer: (call) => rowsOf(needs, call),
    },
    { method: 'POST', path: '/_/sql', query: [], answer: (call) => sql(needs, call) },
  ]
}

function tableView({ schema, name, columns, rows }: TableInfo) {
  return {
    schema: schema ?? null,
    name,
    columns: [...columns].map(([column, type]) => ({ name: column, type })),
    rows,
  }
}

async function rowsOf({ store }: Needs, { parameters, query }: Call) {
  const { schema, table = '' } = parameters
  const limit = query.whole('limit', LIMIT, 100)
  const named = (await store.tables()).filter(
    ({ name, schema: own }) => name === table && (schema === undefined || own === schema),
  )
  const [info] = named
  if (info === undefined) throw notFound('there is no such table')
  if (named.length > 1) {
    const schemas = named.map((each) => each.schema ?? '').join(', ')
    throw invalid(`several schemas have this table: ask for /_/tables/SCHEMA/${table} (${schemas})`)
  }
  const place = info.schema === undefined ? {} : { schema: info.schema }
  return jsonAnswer({ ...tableView(info), newest: await store.rows(table, { ...place, limit }) })
}

async function sql({ store }: Needs, { request }: Call) {
  const body = await request.json(MAX_SQL)
  const text = isObject(body) ? body.sql : undefined
  if (typeof text !== 'string' || text.trim() === '') {
    throw invalid('the body must be { "sql": "select …" }')
  }
  if (store.kind === 'memory') {
    throw new ApiError(
      501,
      'no_sql',
      'tables in memory have no SQL: start the collector with a database (--db FILE)',
    )
  }
  let result: SqlResult
  try {
    result = await store.sql(text, SQL_LIMITS)
  } catch (error) {
    // By its name: a store that is loaded when it is needed may have another copy of the class.
    if (!isError(error) || error.name !== 'QueryRejected') throw error
    throw new ApiError(400, 'sql_error', error.message)
  }
  return jsonAnswer(result)
}
