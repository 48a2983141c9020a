// Databases of a server of the tests' own, each empty.
import { Cluster } from '../../../../test/postgres/cluster.js'

let cluster: Cluster | undefined
let made = 0
/** To create a database takes much longer than to empty one. */
const empty: string[] = []

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
  /** It is emptied for another test. */
  release(): Promise<void>
}

export async function emptyDatabase(): Promise<Database> {
  const name = empty.pop() ?? (await create())
  const query = async (...statements: string[]) =>
    (await server().queryOf(name, ...statements)) as Record<string, unknown>[]
  return {
    name,
    url: server().urlOf(name),
    query,
    async release() {
      await query(EMPTY)
      empty.push(name)
    },
  }
}

const EMPTY = `DO $$ DECLARE each text; BEGIN
  FOR each IN SELECT nspname FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema$)' LOOP
    EXECUTE format('DROP SCHEMA %I CASCADE', each);
  END LOOP;
  CREATE SCHEMA public;
END $$`

async function create(): Promise<string> {
  made += 1
  const name = `test_${made}`
  await server().query(`CREATE DATABASE ${name}`)
  return name
}
