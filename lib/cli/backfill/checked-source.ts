// A source whose first row is checked, so that wrong options are noticed before anything is sent.

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
          // Not a generator, which would cost one more promise per row.
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

/** @throws UsageError if an option names a column that does not exist */
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

/** `mrr:numbr` may be a misspelt type. */
function typeHint(name: string): string {
  const [, word] = /:(\w+)$/.exec(name) ?? []
  return word === undefined
    ? ''
    : `If ${word} is a type, it is not known; types: ${cellTypes.join(', ')}. `
}
