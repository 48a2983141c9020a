// A PostgreSQL cluster of the test's own, in a temporary directory, reached through a socket in it.

import { execFileSync } from 'node:child_process'
import {
  chownSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
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
  readonly #isDurable: boolean
  #resume = (): void => undefined

  /** @param isDurable - Whether a commit waits for the disk, as it does where nothing else is said. */
  constructor({ isDurable = false } = {}) {
    this.#isDurable = isDurable
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
    this.start()
  }

  start(): void {
    // No port of the machine's: the socket is enough, and nobody else's.
    const options = [
      `-c listen_addresses='' -c unix_socket_directories='${this.#folder}'`,
      this.#isDurable ? '' : '-c fsync=off',
    ]
    this.#run('pg_ctl', [
      '-D',
      this.#data,
      '-w',
      '-l',
      join(this.#folder, 'log'),
      '-o',
      options.join(' '),
      'start',
    ])
  }

  /** For `--from`. */
  get url(): string {
    return this.urlOf('postgres')
  }

  urlOf(database: string, user = 'tester'): string {
    return `postgres://${user}@/${database}?host=${encodeURIComponent(this.#folder)}`
  }

  async query(...statements: string[]): Promise<unknown[]> {
    return await this.queryOf('postgres', ...statements)
  }

  /** @returns the rows of the last statement */
  async queryOf(database: string, ...statements: string[]): Promise<unknown[]> {
    const client = new Client({ connectionString: this.urlOf(database) })
    await client.connect()
    try {
      let rows: unknown[] = []
      for (const statement of statements) ({ rows } = await client.query(statement))
      return rows
    } finally {
      await client.end()
    }
  }

  /** Stops all of its processes, which answer nobody then. */
  async pause(): Promise<void> {
    const backends = (await this.query('select pid from pg_stat_activity')) as { pid: number }[]
    const [postmaster] = readFileSync(join(this.#data, 'postmaster.pid'), 'utf8').split('\n')
    const pids = [Number(postmaster), ...backends.map(({ pid }) => pid)]
    const send = (signal: NodeJS.Signals): void => {
      for (const pid of pids) {
        try {
          process.kill(pid, signal)
        } catch {
          // A backend whose client has gone.
        }
      }
    }
    send('SIGSTOP')
    this.#resume = () => {
      send('SIGCONT')
    }
  }

  resume(): void {
    this.#resume()
  }

  /** Asks for passwords of this user from now on. */
  async askPassword(user: string): Promise<void> {
    const file = join(this.#data, 'pg_hba.conf')
    writeFileSync(file, `local all ${user} scram-sha-256\n${readFileSync(file, 'utf8')}`)
    await this.query('select pg_reload_conf()')
  }

  /** As if the machine had lost its power, if the mode is `immediate`. */
  halt(mode: 'immediate' | 'fast' = 'immediate'): void {
    this.#run('pg_ctl', ['-D', this.#data, '-m', mode, 'stop'])
  }

  stop(): void {
    this.resume()
    this.halt()
    rmSync(this.#folder, { recursive: true })
  }

  get #data(): string {
    return join(this.#folder, 'data')
  }

  #run(program: string, args: string[]): void {
    execFileSync(join(this.#bin, program), args, { ...this.#user, cwd: '/', stdio: 'ignore' })
  }
}
