// Which queries may be asked: those that call nothing that could do more than look at rows.
import { QueryRejected } from '../errors.js'
import { type Token, tokensOf } from './sql-tokens.js'

/** Functions that compute, and nothing else: none reads a file, a setting or a text of SQL, none writes or waits. */
const FUNCTIONS = new Set(
  `abs acos age any_value array_agg array_append array_cat array_dims array_length array_lower array_position
  array_positions array_prepend array_remove array_replace array_to_json array_to_string array_upper ascii asin atan
  atan2 avg bit_and bit_length bit_or bool_and bool_or btrim cardinality cbrt ceil ceiling char_length
  character_length chr clock_timestamp concat concat_ws corr cos count covar_pop covar_samp cume_dist date_bin
  date_part date_trunc decode degrees dense_rank div encode every exp first_value floor format generate_series
  generate_subscripts greatest initcap isfinite json_agg json_array_elements json_array_elements_text
  json_array_length json_build_array json_build_object json_each json_each_text json_extract_path
  json_extract_path_text json_object json_object_agg json_object_keys json_strip_nulls json_to_record
  json_to_recordset json_typeof jsonb_agg jsonb_array_elements jsonb_array_elements_text jsonb_array_length
  jsonb_build_array jsonb_build_object jsonb_each jsonb_each_text jsonb_extract_path jsonb_extract_path_text
  jsonb_object jsonb_object_agg jsonb_object_keys jsonb_path_exists jsonb_path_query jsonb_path_query_array
  jsonb_path_query_first jsonb_pretty jsonb_set jsonb_strip_nulls jsonb_to_record jsonb_to_recordset jsonb_typeof
  justify_days justify_hours justify_interval lag last_value lead least left length ln log log10 lower lpad ltrim
  make_date make_interval make_time make_timestamp make_timestamptz max md5 min mod mode now nth_value ntile
  nullif octet_length percent_rank percentile_cont percentile_disc pi position power radians random rank
  regexp_count regexp_instr regexp_like regexp_match regexp_matches regexp_replace regexp_split_to_array
  regexp_split_to_table regexp_substr regr_count regr_intercept regr_r2 regr_slope repeat replace reverse right
  round row_number row_to_json rpad rtrim scale sha256 sha512 sign sin split_part sqrt starts_with
  statement_timestamp stddev stddev_pop stddev_samp string_agg string_to_array string_to_table strpos substr
  substring sum tan timeofday to_char to_date to_hex to_json to_jsonb to_number to_timestamp
  transaction_timestamp translate trim trim_array trunc unnest upper var_pop var_samp variance width_bucket
  coalesce extract overlay cast row grouping array rows exists`.split(/\s+/),
)

/** What may stand before a parenthesis without calling anything: words of SQL, and types with a length. */
const WORDS = new Set(
  `all and any as between bit by case char character cube decimal distinct else end except exists filter float from
  full group grouping having ilike in inner interval intersect is join lateral left like limit materialized not
  numeric of offset on only or order ordinality outer over partition precision range recursive right rollup rows
  select sets similar some symmetric tablesample time timestamp timestamptz union using values varchar varying when
  where window with within returning then to dec`.split(/\s+/),
)

/** Names of the system's catalogues and functions, which no table of ours has. */
const SYSTEM = /^(pg_|information_schema$)/

/**
 * A query is one SELECT, VALUES or WITH. The database is told to be read-only besides; this keeps out what even that
 * allows: files of the server, its settings, locks, signals to other sessions, SQL in a text.
 *
 * @throws QueryRejected that says what is not allowed
 */
export function checkQuery(text: string): void {
  const tokens = tokensOf(text)
  const [first] = tokens
  if (first === undefined) throw new QueryRejected('The query is empty')
  if (!isWord(first, ['select', 'with', 'values', 'table']) && first.text !== '(') {
    throw new QueryRejected(
      'A query begins with SELECT, WITH, VALUES or TABLE: nothing can be changed here',
    )
  }
  tokens.forEach((token, at) => checkToken(tokens, token, at))
}

function checkToken(tokens: readonly Token[], token: Token, at: number): void {
  if (token.text === ';' && at < tokens.length - 1) {
    throw new QueryRejected('Only one statement at a time')
  }
  if (token.kind === 'parameter') throw new QueryRejected('A query has no parameters here')
  if (!token.isName) return
  if (SYSTEM.test(token.text)) {
    throw new QueryRejected(`${token.text} is of PostgreSQL itself, and cannot be read here`)
  }
  if (tokens[at + 1]?.text !== '(' || tokens[at + 1]?.kind !== 'symbol') return
  const before = tokens[at - 1]
  // WITH name (a, b), AS name (a, b): names of columns follow.
  if (before !== undefined && isWord(before, ['as', 'with', 'recursive'])) return
  // A quoted word is never one of SQL's own.
  const isAllowed =
    before?.text !== '.' &&
    (FUNCTIONS.has(token.text) || (token.kind === 'word' && WORDS.has(token.text)))
  if (!isAllowed) {
    throw new QueryRejected(`The function ${token.text} cannot be called here`)
  }
}

function isWord(token: Token, words: readonly string[]): boolean {
  return token.kind === 'word' && words.includes(token.text)
}
