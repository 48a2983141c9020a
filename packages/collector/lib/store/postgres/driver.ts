// node-postgres, loaded when the first store is opened: a collector in memory does not need it.
import type * as pg from 'pg'
import { StoreNotUsable } from '../errors.js'

export type Driver = Pick<typeof pg, 'Pool'>

/** @throws StoreNotUsable if it is not installed */
export async function loadDriver(): Promise<Driver> {
  try {
    const module: Driver & { default?: Driver } = await import('pg')
    return module.default ?? module
  } catch (cause) {
    throw new StoreNotUsable('A PostgreSQL store needs the package pg: npm install pg', { cause })
  }
}
