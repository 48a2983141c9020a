// The program that answers a query. It is a text, so that it needs no file of its own in a bundle.

/** Reads `{ path, libsql, text, rows, names }` from its input, and writes `{ columns, rows, isCut }` or `{ error }`. */
export const QUERY_PROGRAM = `
const { path, libsql, text, rows, names } = JSON.parse(require('fs').readFileSync(0, 'utf8'))

function open() {
  const own = process.getBuiltinModule && process.getBuiltinModule('node:sqlite')
  if (own && 'setReturnArrays' in own.StatementSync.prototype) {
    const database = new own.DatabaseSync(path, { readOnly: true })
    return {
      exec: (sql) => database.exec(sql),
      prepare(sql) {
        const statement = database.prepare(sql)
        statement.setReturnArrays(true)
        statement.setReadBigInts(true)
        return statement
      },
    }
  }
  const database = new (require(libsql))(path)
  return {
    exec: (sql) => database.exec(sql),
    prepare: (sql) => database.prepare(sql).raw(true).safeIntegers(true),
  }
}

/** Tables that the library makes up: libsql has one of all files. Those of the store go first. */
function checkNames(database) {
  const listed = (sql) => new Set(Array.from(database.prepare(sql).iterate(), ([name]) => name.toLowerCase()))
  const made = listed('SELECT name FROM pragma_module_list')
  const kept = listed('SELECT name FROM sqlite_schema')
  const allowed = /^(json_each|json_tree|jsonb_each|jsonb_tree|generate_series|pragma_(table|index)_[a-z]+)$/
  for (const name of names) {
    if ((made.has(name) || name.startsWith('pragma_')) && !kept.has(name) && !allowed.test(name)) {
      throw new Error(name + ' cannot be read here')
    }
  }
}

/** Whole numbers beyond 2^53 and bytes as text: JSON has neither. */
function cell(value) {
  if (typeof value === 'bigint') {
    return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
  }
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value
}

function answer() {
  const database = open()
  database.exec('PRAGMA busy_timeout = 1000; PRAGMA query_only = ON; PRAGMA hard_heap_limit = 268435456')
  checkNames(database)
  const statement = database.prepare(text)
  const columns = statement.columns().map(({ name }) => name)
  const found = []
  for (const row of statement.iterate()) {
    if (found.length === rows) return { columns, rows: found, isCut: true }
    found.push(Array.from(row, cell))
  }
  return { columns, rows: found, isCut: false }
}

let result
try {
  result = answer()
} catch (error) {
  result = { error: error.message }
}
require('fs').writeSync(1, JSON.stringify(result))
`
