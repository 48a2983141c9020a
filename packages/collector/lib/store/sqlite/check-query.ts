// Which queries may be asked: one statement that reads tables, and calls nothing that could do more.
import { QueryRejected } from '../errors.js'
import { type Token, tokensOf } from './sql-tokens.js'

/**
 * Functions that compute, and nothing else. A library may have others: that of libsql has `readfile()` and
 * `writefile()`, for any file.
 */
const FUNCTIONS = new Set(
  `abs acos acosh asin asinh atan atan2 atanh avg ceil ceiling changes char coalesce concat concat_ws cos cosh count
  cume_dist date datetime degrees dense_rank exp first_value floor format generate_series glob group_concat hex ifnull
  iif if instr json json_array json_array_length json_each json_error_position json_extract json_group_array
  json_group_object json_insert json_object json_patch json_pretty json_quote json_remove json_replace json_set
  json_tree json_type json_valid jsonb jsonb_array jsonb_each jsonb_extract jsonb_group_array jsonb_group_object
  jsonb_insert jsonb_object jsonb_patch jsonb_remove jsonb_replace jsonb_set jsonb_tree julianday lag last_value lead
  length like likelihood likely ln log log10 log2 lower ltrim max median min mod nth_value ntile nullif octet_length
  percent_rank percentile percentile_cont percentile_disc pi pow power pragma_index_info pragma_index_list
  pragma_table_info pragma_table_list pragma_table_xinfo printf quote radians random randomblob rank regexp replace
  round row_number rtrim sign sin sinh soundex sqlite_version sqrt strftime string_agg substr substring subtype sum
  tan tanh time timediff total trim trunc typeof unhex unicode unixepoch unlikely upper zeroblob`.split(
    /\s+/,
  ),
)

/** What may stand before a parenthesis without calling anything: words of SQL, and types with a length. */
const WORDS = new Set(
  `all and as between by case cast char character collate cross decimal distinct else end escape except exists explain
  filter from full glob group having in inner intersect is isnull join left like limit materialized match natural not
  notnull null nulls numeric offset on or order outer over partition plan query recursive regexp right select then
  union using values varchar varying when where window with`.split(/\s+/),
)

/**
 * The connection refuses to write as well, and the program that has it looks for tables of the library's own.
 *
 * @returns The names and texts in it, in lower case.
 * @throws QueryRejected that says what is not allowed
 */
export function checkQuery(text: string): Set<string> {
  const tokens = tokensOf(text)
  if (tokens.at(-1)?.text === ';' && tokens.at(-1)?.kind === 'symbol') tokens.pop()
  const [first] = tokens
  if (first === undefined) throw new QueryRejected('There is no query')
  if (tokens.some(({ kind, text: symbol }) => kind === 'symbol' && symbol === ';')) {
    throw new QueryRejected('Only one statement is allowed')
  }
  if (first.kind !== 'word' || !/^(?:select|with|values|explain)$/.test(first.text)) {
    throw new QueryRejected('Only SELECT, WITH, VALUES and EXPLAIN are allowed')
  }
  tokens.forEach((token, at) => {
    if (token.kind !== 'symbol' && isSymbol(tokens[at + 1], '(')) checkCall(tokens, token, at)
  })
  return new Set(tokens.flatMap(({ kind, text: name }) => (kind === 'symbol' ? [] : [name])))
}

function checkCall(tokens: readonly Token[], { kind, text }: Token, at: number): void {
  // A quoted word is never one of SQL's own.
  if (FUNCTIONS.has(text) || (kind === 'word' && WORDS.has(text))) return
  if (isTableName(tokens, at)) return
  throw new QueryRejected(`The function ${text} cannot be called here`)
}

/** Whether columns follow, and then what they are of: WITH name (a, b) AS (SELECT …). */
function isTableName(tokens: readonly Token[], at: number): boolean {
  let end = at + 2
  for (let depth = 1; depth > 0; end++) {
    if (end >= tokens.length) return false
    if (isSymbol(tokens[end], '(')) depth += 1
    else if (isSymbol(tokens[end], ')')) depth -= 1
  }
  const isWord = (word: string) => tokens[end]?.kind === 'word' && tokens[end]?.text === word
  if (!isWord('as')) return false
  end += 1
  if (isWord('not')) end += 1
  if (isWord('materialized')) end += 1
  return isSymbol(tokens[end], '(')
}

function isSymbol(token: Token | undefined, text: string): boolean {
  return token?.kind === 'symbol' && token.text === text
}
