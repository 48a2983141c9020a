// Makes a source of an iterable of plain rows. Its positions are indexes.

import { describeValue } from '../runtime/describe-value.js'
import type { BackfillSource, SourceRow } from './sources/source.js'

export type PlainRows<Row> = Iterable<Row> | AsyncIterable<Row>

/** A list, a generator, a stream, a cursor. It cannot have a fingerprint. */
export class IterableSource<Row> implements BackfillSource<Row> {
  readonly fingerprint = ''
  readonly total: number | Promise<undefined>
  readonly #rows: PlainRows<Row>

  constructor(rows: PlainRows<Row>) {
    this.#rows = rows
    this.total = Array.isArray(rows) ? rows.length : Promise.resolve(undefined)
  }

  async *open(after?: { rows: number }): AsyncGenerator<SourceRow<Row>> {
    const skipped = after?.rows ?? 0
    let index = 0
    for await (const row of this.#rows) {
      const key = index++
      // The last skipped row is included, so that it can be compared with the one before.
      if (key >= skipped - 1) yield { row, position: { key } }
    }
  }
}

/** @throws TypeError if it is neither a source nor an iterable */
export function toSource<Row>(
  source: PlainRows<Row> | BackfillSource<Row>,
): BackfillSource<Row> | IterableSource<Row> {
  if (isSource(source)) return source
  const rows = source as Partial<Iterable<Row> & AsyncIterable<Row>> | null | undefined
  const isIterable =
    typeof source === 'object' &&
    (typeof rows?.[Symbol.asyncIterator] === 'function' ||
      typeof rows?.[Symbol.iterator] === 'function')
  if (isIterable) return new IterableSource(source)
  throw new TypeError(
    `backfill() was given ${describeValue(source)} as its source; allowed: an iterable of rows, or a BackfillSource`,
  )
}

/** Some streams of Node have an `open()`, too. */
function isSource<Row>(
  source: PlainRows<Row> | BackfillSource<Row>,
): source is BackfillSource<Row> {
  const { open, fingerprint } = (source as Partial<BackfillSource<Row>> | null | undefined) ?? {}
  return typeof open === 'function' && fingerprint !== undefined
}
