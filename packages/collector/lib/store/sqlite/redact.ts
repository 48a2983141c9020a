// What the messages of others say of somebody who is erased, in a SQLite file.
import { type CollectedMessage, isGiven } from '../../messages/message.js'
import { plainText } from '../../messages/plain-text.js'
import { holds, isOnlyOf, redacted, redactedMessage, redactedState } from '../redaction.js'
import { traitsFromText, traitsToText } from '../traits-text.js'
import { MESSAGES_OF } from './late-indexes.js'
import { quote } from './sql-text.js'
import type { Writer } from './writer.js'
import { SEQ } from './table-text.js'
import { stateFromText, stateToText } from './upsert-text.js'

const LISTED = 'IN (SELECT value FROM json_each(?))'

/** `userId` is JSON. */
type Erased = [messageId: string, seq: number, userId: string | null]

interface Other {
  readonly seq: number
  readonly message: CollectedMessage
  readonly profile: number | null
}

/**
 * Messages that are counted to somebody else and have an identifier of the person: those of which it was left out,
 * which the violations name, and those of the profiles that the person was split off. What has no other id is the
 * person's, too.
 */
export function messagesOfOthers(
  { statements }: Writer,
  space: string,
  {
    profiles,
    identifiers,
    own,
  }: {
    profiles: readonly [number: number, id: string, isMerged: number][]
    identifiers: readonly [type: string, value: string][]
    own: readonly Erased[]
  },
): { erased: Erased[]; redacted: Other[] } {
  const values = new Set(identifiers.map(([, value]) => value))
  const apart = statements.all(
    `WITH named AS (SELECT DISTINCT a.value AS id FROM profiles p JOIN json_each(p.apart) a
       WHERE p.number ${LISTED})
     SELECT p.number FROM profiles p WHERE p.id IN named
       OR p.merged_into IN (SELECT number FROM profiles WHERE id IN named)`,
    [JSON.stringify(profiles.map(([number]) => number))],
  )
  const numbers = JSON.stringify(apart.map(([number]) => number))
  const rows = statements.all(
    `SELECT seq, message, profile FROM messages WHERE seq IN (
       SELECT seq FROM violations WHERE space = ? AND external_id_value ${LISTED}
       UNION ${MESSAGES_OF})`,
    [space, JSON.stringify([...values]), numbers, numbers],
  ) as [number, string, number | null][]
  const known = new Set(own.map(([, seq]) => seq))
  const found: { erased: Erased[]; redacted: Other[] } = { erased: [], redacted: [] }
  for (const [seq, text, profile] of rows) {
    if (known.has(seq)) continue
    const message = JSON.parse(text) as CollectedMessage
    if (isOnlyOf(message, values)) {
      found.erased.push([message.messageId, seq, JSON.stringify(message.userId ?? null)])
    } else if (redacted(message, values) !== message) {
      found.redacted.push({ seq, message, profile })
    }
  }
  return found
}

export function redactMessages(
  writer: Writer,
  messages: readonly Other[],
  values: ReadonlySet<string>,
): void {
  const { statements } = writer
  if (messages.length === 0) return
  for (const { seq, message } of messages) {
    const text = JSON.stringify(redactedMessage(message, values))
    statements.run('UPDATE messages SET message = ? WHERE seq = ?', [text, seq])
  }
  const ids = JSON.stringify(messages.map(({ message }) => message.messageId))
  statements.run(`DELETE FROM discards WHERE message_id ${LISTED}`, [ids])
  const seqs = JSON.stringify(messages.map(({ seq }) => seq))
  const userIds = JSON.stringify(
    messages.flatMap(({ message: { userId } }) =>
      isGiven(userId) ? plainText(String(userId)) : [],
    ),
  )
  for (const [table, columns] of writer.tables.schema) {
    const isUsers = table === 'users'
    if (table === 'accounts') continue
    redactRows(writer, values, {
      table,
      columns: [...columns.keys()],
      where: isUsers ? ['id', userIds] : [SEQ, seqs],
    })
  }
  redactUsers(writer, userIds, values)
  redactProfiles(writer, messages, values)
}

function redactRows(
  { statements }: Writer,
  values: ReadonlySet<string>,
  {
    table,
    columns,
    where: [key, list],
  }: {
    table: string
    columns: readonly string[]
    where: readonly [column: string, list: string]
  },
): void {
  const others = columns.filter((column) => column !== 'id')
  const rows = statements.all(
    `SELECT ${[SEQ, ...others].map(quote).join(', ')} FROM ${quote(table)}
     WHERE ${quote(key)} ${LISTED}`,
    [list],
  )
  for (const [seq = null, ...cells] of rows) {
    const gone = others.filter((_, i) => holds(cells[i], values))
    if (gone.length === 0) continue
    const set = gone.map((column) => `${quote(column)} = NULL`).join(', ')
    statements.run(`UPDATE ${quote(table)} SET ${set} WHERE ${SEQ} = ?`, [seq])
  }
}

/** What the rows of users are made of. */
function redactUsers({ statements }: Writer, userIds: string, values: ReadonlySet<string>): void {
  const rows = statements.all(
    `SELECT id, state, rest FROM selfsame_upserts WHERE "table" = 'users' AND id ${LISTED}`,
    [userIds],
  ) as [string, string, string][]
  for (const [id, state, rest] of rows) {
    const clean = redactedState({ id, columns: stateFromText(state), rest }, values)
    statements.run(
      `UPDATE selfsame_upserts SET state = ?, rest = ? WHERE "table" = 'users' AND id = ?`,
      [stateToText(clean.columns), clean.rest, id],
    )
  }
}

/** Traits of others that have such a value are removed, and their log says no more of it. */
function redactProfiles(
  { statements, people }: Writer,
  messages: readonly Other[],
  values: ReadonlySet<string>,
): void {
  const numbers = JSON.stringify(messages.flatMap(({ profile }) => profile ?? []))
  const rows = statements.all(
    `SELECT number, traits FROM profiles WHERE number IN
       (SELECT coalesce(merged_into, number) FROM profiles WHERE number ${LISTED})`,
    [numbers],
  ) as [number, string][]
  for (const [number, text] of rows) {
    const traits = traitsFromText(text)
    for (const [name, trait] of traits) {
      const value = redacted(trait.value, values, null)
      if (value !== trait.value) traits.set(name, { ...trait, value })
    }
    statements.run('UPDATE profiles SET traits = ? WHERE number = ?', [
      traitsToText(traits),
      number,
    ])
  }
  const logged = statements.all(
    `SELECT ${SEQ}, traits FROM profile_traits_updates WHERE triggering_event_id ${LISTED}`,
    [JSON.stringify(messages.map(({ message }) => message.messageId))],
  ) as [number, string][]
  for (const [row, text] of logged) {
    const clean = JSON.stringify(redacted(JSON.parse(text), values, null))
    statements.run(`UPDATE profile_traits_updates SET traits = ? WHERE ${SEQ} = ?`, [clean, row])
  }
  people.forget()
}
