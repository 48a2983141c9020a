// Databases of a server of the tests' own, each empty.
import { Cluster } from '../../../../test/postgres/cluster.js'

let cluster: Cluster | undefined
let made = 0

/** The server, started when first asked for. It is stopped when all tests are done. */
export function server(): Cluster {
  cluster ??= new Cluster()
  return cluster
}

after(() => cluster?.stop())

export interface Database {
  readonly name: string
  readonly url: string
  /** @returns the rows of the last statement */
  query(...statements: string[]): Promise<Record<string, unknown>[]>
  drop(): Promise<void>
}

export async function createDatabase(options = ''): Promise<Database> {
  made += 1
  const name = `test_${made}`
  await server().query(`CREATE DATABASE ${name} ${options}`)
  return {
    name,
    url: server().urlOf(name),
    query: async (...statements) =>
      (await server().queryOf(name, ...statements)) as Record<string, unknown>[],
    drop: async () => {
      await server().query(`DROP DATABASE ${name} WITH (FORCE)`)
    },
  }
}
