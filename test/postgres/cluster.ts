// A PostgreSQL cluster of the test's own, in a temporary directory, reached through a socket in it.

import { execFileSync } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'

const versions = '/usr/lib/postgresql'

/** Debian keeps the binaries out of the path. */
function binaries(): string {
  const folders = existsSync(versions)
    ? readdirSync(versions).map((version) => join(versions, version, 'bin'))
    : []
  const found = [...folders, ...(process.env.PATH ?? '').split(':')].find(
    (folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'pg_ctl')),
  )
  if (found === undefined)
    throw new Error('there is no PostgreSQL: install it (Debian: apt-get install postgresql)')
  return found
}

/** The server refuses to run as root. */
function unprivileged(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined
  const id = (flag: string): number =>
    Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}

export class Cluster {
  readonly #bin = binaries()
  readonly #user = unprivileged()
  readonly #folder: string

  constructor() {
    this.#folder = mkdtempSync(join(tmpdir(), 'selfsame-pg-'))
    if (this.#user) chownSync(this.#folder, this.#user.uid, this.#user.gid)
    this.#run('initdb', [
      '-D',
      this.#data,
      '-U',
      'tester',
      '--auth=trust',
      '--no-sync',
      '-E',
      'UTF8',
    ])
    // No port of the machine's: the socket is enough, and nobody else's.
    const options = `-c listen_addresses='' -c unix_socket_directories='${this.#folder}' -c fsync=off`
    this.#run('pg_ctl', [
      '-D',
      this.#data,
      '-w',
      '-l',
      join(this.#folder, 'log'),
      '-o',
      options,
      'start',
    ])
  }

  /** For `--from`. */
  get url(): string {
    return `postgres://tester@/postgres?host=${encodeURIComponent(this.#folder)}`
  }

  async query(...statements: string[]): Promise<unknown[]> {
    const client = new Client({ connectionString: this.url })
    await client.connect()
    try {
      let rows: unknown[] = []
      for (const statement of statements) ({ rows } = await client.query(statement))
      return rows
    } finally {
      await client.end()
    }
  }

  stop(): void {
    this.#run('pg_ctl', ['-D', this.#data, '-m', 'immediate', 'stop'])
    rmSync(this.#folder, { recursive: true })
  }

  get #data(): string {
    return join(this.#folder, 'data')
  }

  #run(program: string, args: string[]): void {
    execFileSync(join(this.#bin, program), args, { ...this.#user, cwd: '/', stdio: 'ignore' })
  }
}
