// What a statement runs on: a pool or a client of pg, or an adapter to another library's transaction.

/** Anything with the `query` of pg. The text has the placeholders `$1`, `$2` …, each once and in this order. */
export interface Queryable {
  query(text: string, values: unknown[]): PromiseLike<unknown>
}

/** A quoted name. */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`
