// All that the memory store holds.
import type { CollectedMessage } from '../../messages/message.js'
import { plainText } from '../../messages/plain-text.js'
import type { LogName, LogRow } from '../../profiles/changes.js'
import type { Identifier } from '../../profiles/profile.js'
import type { Discard } from '../../warehouse/schema.js'
import { isIn, MESSAGE_COLUMN, namesProfile, VALUE_COLUMN } from '../log-columns.js'
import { isOnlyOf, redacted, redactedMessage } from '../redaction.js'
import type { Operation } from '../store.js'
import { Counters } from './counters.js'
import { LogBook } from './log-book.js'
import { People } from './people.js'
import { Tables } from './tables.js'
import { Tally } from './tally.js'
import type { Undo } from './undo.js'

export interface KeptMessage {
  readonly seq: number
  message: CollectedMessage
  readonly space: string
  readonly source: string
  /** Of its resolution: it may have been merged since. */
  profileId: string | undefined
  /** Those that have a row of it. */
  readonly tables: string[]
}

export class Contents {
  nextSeq = 1
  readonly messages = new LogBook<KeptMessage>()
  readonly byId = new Map<string, KeptMessage>()
  /** Of the messages. */
  readonly spaces = new Tally()
  readonly people = new People()
  readonly logs: Readonly<Record<LogName, LogBook<LogRow>>> = {
    id_graph_updates: new LogBook(),
    external_id_mapping_updates: new LogBook(),
    profile_traits_updates: new LogBook(),
    violations: new LogBook(),
  }
  readonly tables = new Tables()
  readonly discards = new LogBook<Discard & { readonly source: string }>()
  readonly operations = new LogBook<Operation>()
  readonly counters = new Counters()

  /** Forgets the oldest of what is too much, which no transaction may be in the middle of. */
  trim(limit: number): void {
    while (this.messages.length > limit) {
      const oldest = this.messages.shift()
      if (!oldest) break
      const { messageId } = oldest.message
      this.byId.delete(messageId)
      this.spaces.add(oldest.space, -1)
      for (const table of oldest.tables) this.tables.forgetRow(table, messageId)
    }
    for (const log of [...Object.values(this.logs), this.discards]) {
      while (log.length > limit) log.shift()
    }
  }

  erase(space: string, ids: readonly string[], undo: Undo): { messages: number; rows: number } {
    const survivors = new Set(
      ids
        .map((id) => this.people.survivor(id))
        .filter((id) => this.people.get(id)?.space === space),
    )
    if (survivors.size === 0) return { messages: 0, rows: 0 }
    const all = new Set(survivors)
    for (const [from, into] of this.people.merges()) if (survivors.has(into)) all.add(from)
    const values = this.people.valuesOf(survivors)
    const touched = this.#messagesOfOthers(space, survivors, values)
    const isTheirs = ({ space: other, profileId, message }: KeptMessage) =>
      other === space &&
      (profileId === undefined
        ? namesOneOf(message, values)
        : all.has(profileId) || (touched.has(message.messageId) && isOnlyOf(message, values)))
    const messages = [...this.messages.oldestFirst()].filter(isTheirs)
    const messageIds = new Set(messages.map(({ message }) => message.messageId))
    const userIds = new Set(messages.flatMap(({ message }) => userIdIn(message)))
    for (const value of this.people.valuesOf(survivors, 'user_id')) userIds.add(value)
    this.people.erase(space, survivors, undo)
    const gone = filter(this.messages, (entry) => !isTheirs(entry), undo)
    for (const entry of messages) {
      const { messageId } = entry.message
      this.byId.delete(messageId)
      undo.push(() => this.byId.set(messageId, entry))
      this.spaces.add(space, -1)
      undo.push(() => {
        this.spaces.add(space, 1)
      })
    }
    this.#redact(touched, values, undo)
    const rows = this.tables.erase(messageIds, userIds, undo)
    filter(this.discards, ({ messageId }) => !messageIds.has(messageId), undo)
    const isOfThem = (row: LogRow) =>
      row.space === space &&
      (namesProfile(row, all) ||
        isIn(row, MESSAGE_COLUMN, messageIds) ||
        isIn(row, VALUE_COLUMN, values))
    for (const log of Object.values(this.logs)) filter(log, (row) => !isOfThem(row), undo)
    // A split names whom it parted. There is nobody left to be kept apart.
    filter(this.operations, (each) => each.space !== space || !parts(each, values), undo)
    this.counters.add('messages', -gone, undo)
    return { messages: gone, rows }
  }

  /**
   * The ids of messages that are counted to somebody else and may have an identifier of the person: those of which it
   * was left out, which the violations name, and those of the profiles that the person was split off.
   */
  #messagesOfOthers(
    space: string,
    survivors: ReadonlySet<string>,
    values: ReadonlySet<string>,
  ): Set<string> {
    const found = new Set<string>()
    for (const row of this.logs.violations.oldestFirst()) {
      if (row.space === space && isIn(row, VALUE_COLUMN, values)) {
        found.add(String(row[MESSAGE_COLUMN]))
      }
    }
    const apart = new Set<string>()
    for (const id of survivors) {
      for (const other of this.people.get(id)?.apart ?? []) apart.add(this.people.survivor(other))
    }
    if (apart.size === 0) return found
    for (const { message, profileId } of this.messages.oldestFirst()) {
      if (profileId !== undefined && apart.has(this.people.survivor(profileId))) {
        found.add(message.messageId)
      }
    }
    return found
  }

  #redact(messageIds: ReadonlySet<string>, values: ReadonlySet<string>, undo: Undo): void {
    const userIds = new Set<string>()
    const changed = new Set<string>()
    for (const id of messageIds) {
      const entry = this.byId.get(id)
      if (!entry || redacted(entry.message, values) === entry.message) continue
      const { message } = entry
      changed.add(id)
      for (const userId of userIdIn(message)) userIds.add(userId)
      entry.message = redactedMessage(message, values)
      undo.push(() => (entry.message = message))
      if (entry.profileId !== undefined) this.people.redact(entry.profileId, values, undo)
    }
    this.tables.redact(changed, userIds, { values, undo })
    filter(this.discards, ({ messageId }) => !changed.has(messageId), undo)
    const log = this.logs.profile_traits_updates
    const before = [...log.oldestFirst()]
    log.restore(
      before.map((row) =>
        isIn(row, MESSAGE_COLUMN, changed)
          ? {
              ...row,
              traits: JSON.stringify(redacted(JSON.parse(String(row.traits)), values, null)),
            }
          : row,
      ),
    )
    undo.push(() => log.restore(before))
  }

  /** Forgets the profiles of a space, its accounts and its logs. Messages and tables stay. */
  clearProfiles(space: string, undo: Undo): void {
    this.people.clear(space, undo)
    for (const { space: other, name } of this.logs.violations.oldestFirst()) {
      if (other === space) this.counters.add(`violation ${String(name)}`, -1, undo)
    }
    for (const log of Object.values(this.logs)) filter(log, (row) => row.space !== space, undo)
  }
}

/** As the row of the user has it. */
function userIdIn({ userId }: CollectedMessage): string[] {
  return typeof userId === 'string' ? [plainText(userId)] : []
}

/** Whether a message that belongs to nobody, as an alias does, has one of these ids. */
function namesOneOf(message: CollectedMessage, ids: ReadonlySet<string>): boolean {
  return [message.userId, message.anonymousId, message.previousId].some(
    (id) => typeof id === 'string' && ids.has(id),
  )
}

function parts({ kind, details }: Operation, values: ReadonlySet<string>): boolean {
  if (kind !== 'split') return false
  const { identifiers = [], rest = [] } = JSON.parse(details) as Record<string, Identifier[]>
  return [...identifiers, ...rest].some(({ value }) => values.has(value))
}

/** @returns how many went */
function filter<T>(book: LogBook<T>, isKept: (item: T) => boolean, undo: Undo): number {
  const { length } = book
  const before = book.filter(isKept)
  undo.push(() => book.restore(before))
  return length - book.length
}
