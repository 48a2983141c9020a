// What the subcommands that look into a database have in common.
import { existsSync } from 'node:fs'
import { identifierOf } from '../api/asking/spaces.js'
import type { Identifier } from '../profiles/profile.js'
import { isPostgres, openStore } from '../store/open/open-store.js'
import type { Store } from '../store/store.js'
import { requiredDatabase, type StoreFlags } from './options.js'
import { UsageError } from './terminal.js'

export async function withStore<T>(
  flags: StoreFlags,
  work: (store: Store, space: string) => Promise<T>,
): Promise<T> {
  const db = requiredDatabase(flags)
  // A store is created if it is not there: here that would be the answer to a typo.
  if (!isPostgres(db) && !existsSync(db)) throw new UsageError(`there is no file ${db}`)
  const store = await openStore(db)
  try {
    return await work(store, await spaceOf(store, flags.space))
  } finally {
    await store.close()
  }
}

async function spaceOf(store: Store, name: string | undefined): Promise<string> {
  const spaces = await store.spaces()
  const known = spaces.join(', ')
  if (name !== undefined && !spaces.includes(name)) {
    throw new UsageError(`there is no space ${name}; there are: ${known === '' ? 'none' : known}`)
  }
  const space = name ?? (spaces.length === 1 ? spaces[0] : undefined)
  if (space !== undefined) return space
  throw new UsageError(
    spaces.length === 0 ? 'the database has no messages' : `name a space with --space: ${known}`,
  )
}

/** @throws UsageError if the text is not `type:value` */
export function identifierIn(text: string): Identifier {
  const identifier = identifierOf(text)
  if (identifier !== undefined) return identifier
  throw new UsageError(`${text} is no identifier: give type:value, such as user_id:u1`)
}
