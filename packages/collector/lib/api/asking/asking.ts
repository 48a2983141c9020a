// What can be asked within the process.
import { setMaxListeners } from 'node:events'
import { parseFilter } from '../../../../../lib/spec/filter/filter.js'
import type { Cell } from '../../cells/cells.js'
import type { CollectedMessage } from '../../messages/message.js'
import { namesOf } from '../../messages/names.js'
import { find, type Sources } from './find.js'
import { profileNamed } from './spaces.js'
import { type ProfileView, profileView } from './views.js'
import { findOrWait } from './wait.js'

const LIMIT = 100

export class Asking {
  readonly #sources: Sources
  readonly #closed: AbortSignal

  /** @param closed - Aborted when the collector is closed: nothing more will come. */
  constructor(sources: Sources, closed: AbortSignal) {
    this.#sources = sources
    this.#closed = closed
    // Each wait listens to it; Node warns of more than ten.
    setMaxListeners(0, closed)
  }

  /**
   * The kept messages that a filter matches, in the order in which they arrived: the newest of them, if there are more
   * than the limit. A filter such as `is:discarded` finds what was sent and not kept.
   *
   * @param limit - @default 100
   * @throws FilterError if the filter cannot be read.
   */
  async findMessages(
    filter = '',
    { limit = LIMIT }: { limit?: number | undefined } = {},
  ): Promise<CollectedMessage[]> {
    const { messages } = await find(this.#sources, parseFilter(filter), { limit })
    return messages.reverse().map(({ message }) => message as CollectedMessage)
  }

  /**
   * The first message that a filter matches: the oldest of those that are there, or the next that comes.
   *
   * @param timeout - ms; Infinity waits for ever.
   * @throws FilterError if the filter cannot be read; an Error that says what came instead, at the timeout or when
   * the collector is closed.
   */
  async waitFor(filter: string, { timeout }: { timeout: number }): Promise<CollectedMessage> {
    const { messages } = await findOrWait(this.#sources, parseFilter(filter), {
      limit: 1,
      after: { seq: 0, order: 0 },
      timeout,
      signal: this.#closed,
    })
    const [first] = messages
    if (first !== undefined) return first.message as CollectedMessage
    const came = await this.findMessages('')
    const names = came.length === 0 ? 'nothing had arrived' : `there were: ${namesOf(came)}`
    const why = this.#closed.aborted ? 'the collector is closed' : `waited ${timeout} ms`
    throw new Error(`waitFor: ${why}; no message matched ${filter}; ${names}`)
  }

  /**
   * A person, by an identifier such as `user_id:u1` or `email:jane@example.com`, or by the profile's id.
   *
   * @param space - Needed if there are several.
   * @returns undefined if there is nobody.
   * @throws SpaceError if there is no such space, or if there are several and none is named.
   */
  async profile(
    name: string,
    { space }: { space?: string | undefined } = {},
  ): Promise<ProfileView | undefined> {
    const profile = await profileNamed(this.#sources.store, name, space)
    return profile === undefined ? undefined : profileView(profile)
  }

  /**
   * The newest rows of a table, the newest first; none if there is no such table.
   *
   * @param schema - In PostgreSQL: the source, unless only one has such a table.
   * @param limit - @default 100
   */
  async table(
    name: string,
    { schema, limit = LIMIT }: { schema?: string | undefined; limit?: number | undefined } = {},
  ): Promise<Record<string, Cell>[]> {
    const tables = await this.#sources.store.tables()
    const found = tables.filter(
      (table) => table.name === name && (schema === undefined || table.schema === schema),
    )
    if (found.length > 1) {
      const schemas = found.map((table) => table.schema ?? '').join(', ')
      throw new TypeError(`table: several schemas have a table ${name}: ${schemas}`)
    }
    const [table] = found
    if (table === undefined) return []
    const place = table.schema === undefined ? {} : { schema: table.schema }
    return this.#sources.store.rows(name, { ...place, limit })
  }
}
