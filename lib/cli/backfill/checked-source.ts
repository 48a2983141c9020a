// A source whose first row is looked at, before a run sends anything that the options cannot have meant.

import type {
  BackfillSource,
  BrokenRow,
  RowPosition,
  SourceRow,
} from '../../backfill/sources/source.js'
import { bareName } from '../../spec/reserved-traits.js'
import { UsageError } from '../shared/exit-codes.js'
import { cellTypes } from './cells.js'

type Row = Record<string, unknown>

export class CheckedSource implements BackfillSource<Row> {
  readonly #inner: BackfillSource<Row>
  readonly #check: (row: Row) => void

  /** @param check throws UsageError */
  constructor(inner: BackfillSource<Row>, check: (row: Row) => void) {
    this.#inner = inner
    this.#check = check
  }

  get name(): string {
    return this.#inner.name ?? 'the source'
  }

  get fingerprint(): string | Promise<string> {
    return this.#inner.fingerprint
  }

  get total(): Promise<number | undefined> {
    return Promise.resolve(this.#inner.total)
  }

  done(): number {
    return this.#inner.done?.() ?? 0
  }

  open(after?: { position: RowPosition; rows: number }): AsyncIterable<SourceRow<Row> | BrokenRow> {
    const rows = this.#inner.open(after)
    const check = this.#check
    return {
      [Symbol.asyncIterator]: () => {
        const iterator = rows[Symbol.asyncIterator]()
        let isChecked = false
        return {
          // Not a generator: it would cost every row a promise more.
          next: () => {
            if (isChecked) return iterator.next()
            return iterator.next().then((result) => {
              if (result.done !== true && 'row' in result.value) {
                isChecked = true
                check(result.value.row)
              }
              return result
            })
          },
          return: async () => (await iterator.return?.()) ?? { done: true, value: undefined },
        }
      },
    }
  }
}

/** @throws UsageError if a column that an option names is not in a table */
export function checkColumns(row: Row, named: readonly string[]): void {
  const columns = Object.keys(row)
  for (const name of named) {
    if (name in row) continue
    const near = columns.find((column) => bareName(column) === bareName(name))
    const meant = near === undefined ? typeHint(name) : `Did you mean ${JSON.stringify(near)}? `
    throw new UsageError(
      `there is no column ${JSON.stringify(name)}. ${meant}The columns are: ${columns.join(', ').slice(0, 500)}`,
    )
  }
}

/** `mrr:numbr` is the name of a column only if there is one. */
function typeHint(name: string): string {
  const [, word] = /:(\w+)$/.exec(name) ?? []
  return word === undefined
    ? ''
    : `If ${word} is a type, it is not known; types: ${cellTypes.join(', ')}. `
}
