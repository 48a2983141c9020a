// What every store must do: memory, SQLite and PostgreSQL are held to it alike.
import type { Store } from '../../lib/store/store.js'
import { describeErasing } from './conformance/erasing.js'
import { describeMessages } from './conformance/messages.js'
import { describePeople } from './conformance/people.js'
import { describeRebuilding } from './conformance/rebuilding.js'
import { describeReplacing } from './conformance/replacing.js'
import { describeSchema } from './conformance/schema.js'
import { describeTables } from './conformance/tables.js'
import { describeTransactions } from './conformance/transactions.js'

export interface OpenStore {
  readonly store: Store
  /** Closes the store and opens the same one again. Absent if nothing is left of a closed one. */
  readonly reopen?: () => Promise<Store>
  readonly close: () => Promise<void>
}

/** Opens an empty store. */
export type Open = () => Promise<OpenStore>

export function describeStore(name: string, open: Open): void {
  describe(`${name}: what every store does`, () => {
    describeTransactions(open)
    describeMessages(open)
    describePeople(open)
    describeTables(open)
    describeSchema(open)
    describeErasing(open)
    describeReplacing(open)
    describeRebuilding(open)
  })
}

/** Runs a test with an empty store, and closes it. */
export function withStore(open: Open, test: (opened: OpenStore) => Promise<void>) {
  return async () => {
    const opened = await open()
    try {
      await test(opened)
    } finally {
      await opened.close()
    }
  }
}
