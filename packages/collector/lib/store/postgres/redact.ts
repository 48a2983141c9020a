// What the messages of others say of somebody who is erased.
import type { Cell } from '../../cells/cells.js'
import { type CollectedMessage, isGiven } from '../../messages/message.js'
import { plainText } from '../../messages/plain-text.js'
import { holds, isOnlyOf, redacted, redactedMessage, redactedState } from '../redaction.js'
import { traitsFromText, traitsToText } from '../traits-text.js'
import { arrayOf } from './arrays.js'
import type { Session } from './session.js'
import { readTables, SEQ, type SourceTables } from './source-tables.js'
import { arraysOf, columnName, quote, type Shape, unnest } from './sql-text.js'
import { readStates, writeStates } from './upserts.js'

export interface Other {
  readonly seq: number
  readonly message: CollectedMessage
  readonly profileId: string | null
}

const texts = (values: Iterable<string>) => arrayOf('text', [...values])

/**
 * Messages that are counted to somebody else and have an identifier of the person: those of which it was left out,
 * which the violations name, and those of the profiles that the person was split off. What has no other id is the
 * person's, too.
 */
export async function messagesOfOthers(
  session: Session,
  space: string,
  of: { readonly profiles: Buffer; readonly values: ReadonlySet<string> },
): Promise<{ erased: number[]; redacted: Other[] }> {
  const parted = await session.rows(
    'SELECT apart FROM selfsame.profiles WHERE id = ANY ($1::text[])',
    [of.profiles],
  )
  const apart = texts(parted.flatMap(([ids]) => JSON.parse(String(ids)) as string[]))
  const rows = await session.rows(
    `SELECT seq, message, profile_id FROM selfsame.messages WHERE space = $1 AND (
       seq IN (SELECT seq FROM selfsame.violations WHERE space = $1 AND external_id_value = ANY ($2::text[]))
       OR profile_id IN (SELECT id FROM selfsame.profiles WHERE id = ANY ($3::text[]) OR merged_into = ANY ($3::text[])))`,
    [space, texts(of.values), apart],
  )
  const found: { erased: number[]; redacted: Other[] } = { erased: [], redacted: [] }
  for (const [seq, text, profileId = null] of rows) {
    const message = JSON.parse(String(text)) as CollectedMessage
    if (isOnlyOf(message, of.values)) found.erased.push(Number(seq))
    else if (redacted(message, of.values) !== message) {
      found.redacted.push({
        seq: Number(seq),
        message,
        profileId: profileId === null ? null : String(profileId),
      })
    }
  }
  return found
}

const MESSAGE: Shape = [
  ['seq', 'bigint'],
  ['message', 'text'],
]

export async function redactMessages(
  session: Session,
  messages: readonly Other[],
  values: ReadonlySet<string>,
): Promise<void> {
  if (messages.length === 0) return
  session.write(
    `UPDATE selfsame.messages m SET message = t.message FROM ${unnest(MESSAGE)} WHERE m.seq = t.seq`,
    arraysOf(
      MESSAGE,
      messages.map(({ seq, message }) => [seq, JSON.stringify(redactedMessage(message, values))]),
    ),
  )
  session.write('DELETE FROM selfsame.discards WHERE message_id = ANY ($1::text[])', [
    texts(messages.map(({ message }) => message.messageId)),
  ])
  const userIds = messages.flatMap(({ message: { userId } }) =>
    isGiven(userId) ? plainText(String(userId)) : [],
  )
  const sources = await session.rows('SELECT source, schema FROM selfsame.selfsame_sources')
  for (const [source, schema] of sources) {
    const tables = { schema: String(schema), tables: await readTables(session, String(schema)) }
    await redactRows(session, { tables, messages, values })
    if (!tables.tables.has('users')) continue
    const users = { session, source: String(source), tables, table: 'users' }
    const states = await readStates(users, userIds)
    writeStates(
      users,
      states.map((state) => redactedState(state, values)),
    )
  }
  await redactProfiles(session, messages, values)
}

async function redactRows(
  session: Session,
  of: {
    readonly tables: SourceTables & { readonly schema: string }
    readonly messages: readonly Other[]
    readonly values: ReadonlySet<string>
  },
): Promise<void> {
  const seqs = arrayOf(
    'bigint',
    of.messages.map(({ seq }) => seq),
  )
  for (const [table, columns] of of.tables.tables) {
    if (table === 'accounts' || table === 'users') continue
    const name = `${quote(of.tables.schema)}.${quote(table)}`
    const others = [...columns.keys()].filter((column) => column !== 'id')
    const selected = [SEQ, ...others.map(columnName)].map(quote).join(', ')
    const rows = await session.rows(
      `SELECT ${selected} FROM ${name} WHERE ${SEQ} = ANY ($1::bigint[])`,
      [seqs],
    )
    for (const [seq = null, ...cells] of rows) {
      const gone = others.filter((_, i) => holds(cells[i], of.values))
      if (gone.length === 0) continue
      const set = gone.map((column) => `${quote(columnName(column))} = NULL`).join(', ')
      session.write(`UPDATE ${name} SET ${set} WHERE ${SEQ} = $1::bigint`, [seq])
    }
  }
}

const PROFILE: Shape = [
  ['id', 'text'],
  ['traits', 'text'],
]
const LOGGED: Shape = [
  ['row', 'bigint'],
  ['traits', 'text'],
]

/** Traits of others that have such a value are removed, and their log says no more of it. */
async function redactProfiles(
  session: Session,
  messages: readonly Other[],
  values: ReadonlySet<string>,
): Promise<void> {
  const profiles = await session.rows(
    `SELECT id, traits FROM selfsame.profiles WHERE id IN
       (SELECT coalesce(merged_into, id) FROM selfsame.profiles WHERE id = ANY ($1::text[]))`,
    [texts(messages.flatMap(({ profileId }) => profileId ?? []))],
  )
  session.write(
    `UPDATE selfsame.profiles p SET traits = t.traits FROM ${unnest(PROFILE)} WHERE p.id = t.id`,
    arraysOf(
      PROFILE,
      profiles.map(([id = null, traits]) => [id, cleanTraits(String(traits), values)]),
    ),
  )
  const logged = await session.rows(
    `SELECT selfsame_row, traits FROM selfsame.profile_traits_updates WHERE triggering_event_id = ANY ($1::text[])`,
    [texts(messages.map(({ message }) => message.messageId))],
  )
  session.write(
    `UPDATE selfsame.profile_traits_updates l SET traits = t.traits FROM ${unnest(LOGGED)}
     WHERE l.selfsame_row = t."row"`,
    arraysOf(
      LOGGED,
      logged.map(([row = null, traits]): Cell[] => [
        row,
        JSON.stringify(redacted(JSON.parse(String(traits)), values, null)),
      ]),
    ),
  )
}

function cleanTraits(text: string, values: ReadonlySet<string>): string {
  const traits = traitsFromText(text)
  for (const [name, trait] of traits) {
    const value = redacted(trait.value, values, null)
    if (value !== trait.value) traits.set(name, { ...trait, value })
  }
  return traitsToText(traits)
}
