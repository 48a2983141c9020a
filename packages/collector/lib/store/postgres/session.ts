// One transaction on one connection.
import type * as pg from 'pg'
import type { Cell } from '../../cells/cells.js'

export type Row = readonly Cell[]
/** A value as node-postgres takes it: of a Buffer it is the binary format. */
export type Value = string | number | boolean | null | Buffer

/**
 * Writes are sent and not waited for, so that the server works while the next messages are looked at. Whatever is
 * read afterwards sees them. The first error is that of the transaction: what comes after it only says that it has
 * failed.
 */
export class Session {
  readonly #client: pg.PoolClient
  #pending: Promise<unknown>[] = []
  #failure: { readonly error: unknown } | undefined

  constructor(client: pg.PoolClient) {
    this.#client = client
  }

  write(text: string, values: readonly Value[] = []): void {
    this.#pending.push(this.#send(text, values).catch(() => undefined))
  }

  async rows(text: string, values: readonly Value[] = []): Promise<Row[]> {
    const sent = this.#send(text, values)
    this.#pending.push(sent.catch(() => undefined))
    try {
      return (await sent).rows
    } catch (error) {
      throw this.#failure?.error ?? error
    }
  }

  /** Several statements at once, without values. @returns the rows of the last */
  async script(text: string): Promise<Row[]> {
    const results = await this.#sent(this.#client.query<Cell[]>({ text, rowMode: 'array' }))
    return [results].flat().at(-1)?.rows ?? []
  }

  /** Waits for all that was sent. @throws the first error there was */
  async settled(): Promise<void> {
    const pending = this.#pending
    this.#pending = []
    await Promise.all(pending)
    if (this.#failure) throw this.#failure.error
  }

  /** A part that may fail without the rest. @returns the error, if it did */
  async attempt(text: string): Promise<unknown> {
    await this.settled()
    await this.script('SAVEPOINT selfsame_attempt')
    try {
      await this.#client.query(text)
      await this.script('RELEASE SAVEPOINT selfsame_attempt')
      return undefined
    } catch (error) {
      await this.script(
        'ROLLBACK TO SAVEPOINT selfsame_attempt; RELEASE SAVEPOINT selfsame_attempt',
      )
      return error
    }
  }

  #send(text: string, values: readonly Value[]): Promise<pg.QueryArrayResult<Cell[]>> {
    return this.#sent(this.#client.query<Cell[]>({ text, values: [...values], rowMode: 'array' }))
  }

  async #sent<T>(sent: Promise<T>): Promise<T> {
    try {
      return await sent
    } catch (error) {
      this.#failure ??= { error }
      throw error
    }
  }
}
