// Profiles as a transaction reads and writes them.
import type { Cell } from '../../cells/cells.js'
import type { LogName, ProfileChanges } from '../../profiles/changes.js'
import { LOG_TABLES } from '../../profiles/logs.js'
import type { Account, Identifier, Profile } from '../../profiles/profile.js'
import { traitsToText } from '../traits-text.js'
import type { Counters } from './counters.js'
import { type CachedProfile, ProfileCache } from './profile-cache.js'
import {
  ACCOUNT_COLUMNS,
  accountRow,
  PROFILE_COLUMNS,
  profileRow,
  readProfiles,
} from './profile-rows.js'
import type { Statements } from './statements.js'
import { LOG_ROWS } from './late-indexes.js'
import { SEQ } from './table-text.js'

const IDENTIFIER_COLUMNS = [
  'space',
  'type',
  'value',
  'profile',
  'place',
  'seq',
  'created_at',
  'first_message_id',
  'source',
] as const

export class PeopleRows {
  readonly #statements: Statements
  readonly #counters: Counters
  readonly #cache = new ProfileCache()
  /** By profile id, of the transaction that runs. */
  readonly #entries = new Map<string, CachedProfile>()
  /** Numbers of profiles that are named before they are saved. */
  readonly #reserved = new Map<string, number>()
  /** What was given out, and has not been saved since. */
  readonly #given = new Set<CachedProfile>()
  /** Ids that are not in the file. */
  readonly #absent = new Set<string>()
  /** Of which only the last message is new. */
  readonly #touched = new Map<number, Profile>()

  constructor(statements: Statements, counters: Counters) {
    this.#statements = statements
    this.#counters = counters
  }

  find(space: string, identifiers: readonly Identifier[]): Profile[] {
    const found = new Map<number, CachedProfile>()
    const others: Identifier[] = []
    for (const identifier of identifiers) {
      const entry = this.#cache.get(space, identifier)
      if (entry) found.set(entry.number, entry)
      else others.push(identifier)
    }
    const numbers = new Set(this.#numbersOf(space, others))
    const missing = [...numbers].filter((number) => !found.has(number))
    for (const [number, profile] of readProfiles(this.#statements, missing)) {
      found.set(number, this.#entries.get(profile.id) ?? { number, profile })
    }
    for (const number of numbers) {
      const entry = found.get(number)
      if (entry) this.#cache.set(space, entry.profile.mappings, entry)
    }
    const entries = [...found.values()]
    for (const entry of entries) this.#entries.set(entry.profile.id, entry)
    // Not copies, which would cost as much as all the rest: what is not saved afterwards is read again.
    for (const entry of entries) this.#given.add(entry)
    return entries.map(({ profile }) => profile)
  }

  /** Which of these ids are in the file. */
  taken(ids: readonly string[]): Set<string> {
    const rows = this.#statements.all(
      'SELECT id FROM profiles WHERE id IN (SELECT value FROM json_each(?))',
      [JSON.stringify(ids)],
    )
    const taken = new Set(rows.map(([id]) => String(id)))
    for (const id of ids) if (!taken.has(id)) this.#absent.add(id)
    return taken
  }

  save(changes: ProfileChanges): void {
    const profiles = [...changes.profiles]
    const space = profiles[0]?.space ?? ''
    this.#saveWhole(profiles)
    for (const profile of changes.touched) this.#touch(profile)
    for (const { from } of changes.merges) {
      // One that is new itself has no row yet, but messages are counted to it.
      if (this.numberOf(from) === undefined) this.#addMerged(from, space)
    }
    this.#addIdentifiers(changes.added, space)
    for (const { identifier, to } of changes.moved) this.#move(identifier, { space, to })
    for (const { from, into } of changes.merges) this.#merge(from, into)
    this.#saveAccounts([...changes.accounts])
    this.#saveLogs(changes)
    for (const { id, mappings } of profiles) {
      const entry = this.#entries.get(id)
      if (entry === undefined) continue
      this.#cache.set(space, mappings, entry)
      this.#given.delete(entry)
    }
  }

  /** The number that rows refer to a profile by. */
  numberOf(id: string): number | undefined {
    const known = this.#entries.get(id)?.number
    if (known !== undefined || this.#absent.has(id)) return known
    const number = this.#statements.value('SELECT number FROM profiles WHERE id = ?', [id])
    return typeof number === 'number' ? number : undefined
  }

  /** As `numberOf()`, also for one that is to be saved in this transaction. */
  numberFor(id: string): number {
    const known = this.numberOf(id) ?? this.#reserved.get(id)
    if (known !== undefined) return known
    const number = this.#nextNumber()
    this.#reserved.set(id, number)
    return number
  }

  /**
   * Writes who did something. Profiles are many, and most messages change nothing else of them.
   *
   * @param seqOf - The place of a message of this transaction.
   */
  beforeCommit(seqOf: (messageId: string) => number | undefined): void {
    const rows: Cell[][] = []
    for (const [number, profile] of this.#touched) {
      const seq = seqOf(profile.lastMessageId)
      if (seq === undefined) this.#update(number, profile)
      else rows.push([number, seq, Date.parse(profile.updatedAt)])
    }
    this.#statements.insert(
      {
        table: 'selfsame_activity',
        columns: ['profile', 'seq', 'updated_at'],
        tail: 'ON CONFLICT DO UPDATE SET seq = excluded.seq, updated_at = excluded.updated_at',
      },
      rows,
    )
  }

  committed(): void {
    for (const entry of this.#given) entry.isStale = true
    this.#given.clear()
    this.#entries.clear()
    this.#reserved.clear()
    this.#absent.clear()
    this.#touched.clear()
  }

  /** What was read may have been changed since, or was never kept. */
  forget(): void {
    this.committed()
    this.#cache.clear()
  }

  #numbersOf(space: string, identifiers: readonly Identifier[]): number[] {
    if (identifiers.length === 0) return []
    const rows = this.#statements.all(
      `SELECT profile FROM json_each(?) w CROSS JOIN identifiers i
       ON i.space = ? AND i.type = w.value ->> 0 AND i.value = w.value ->> 1`,
      [JSON.stringify(identifiers.map(({ type, value }) => [type, value])), space],
    )
    return rows.map(([number]) => Number(number))
  }

  #nextNumber(): number {
    return this.#counters.add('profile numbers', 1)
  }

  #saveWhole(profiles: readonly Profile[]): void {
    const added: Cell[][] = []
    for (const profile of profiles) {
      const known = this.numberOf(profile.id)
      const number = known ?? this.numberFor(profile.id)
      this.#entries.set(profile.id, { number, profile })
      if (known === undefined) added.push(profileRow(number, profile))
      else this.#update(number, profile)
    }
    this.#statements.insert({ table: 'profiles', columns: PROFILE_COLUMNS }, added)
    this.#counters.add('profiles', added.length)
  }

  #update(number: number, profile: Profile): void {
    this.#forgetActivity(number)
    this.#statements.run(
      `UPDATE profiles SET updated_at = ?, last_message_id = ?, last_source = ?, traits = ?, apart = ?
       WHERE number = ?`,
      [
        profile.updatedAt,
        profile.lastMessageId,
        profile.lastSource,
        traitsToText(profile.traits),
        JSON.stringify(profile.apart),
        number,
      ],
    )
  }

  #touch(profile: Profile): void {
    this.#touched.set(this.#existing(profile.id), profile)
    const entry = this.#entries.get(profile.id)
    if (entry === undefined) return
    entry.profile = profile
    this.#given.delete(entry)
  }

  #forgetActivity(number: number): void {
    this.#touched.delete(number)
    this.#statements.run('DELETE FROM selfsame_activity WHERE profile = ?', [number])
  }

  #addMerged(id: string, space: string): void {
    const number = this.numberFor(id)
    this.#absent.delete(id)
    this.#statements.run('INSERT INTO profiles (number, id, space) VALUES (?, ?, ?)', [
      number,
      id,
      space,
    ])
    this.#counters.add('profiles', 1)
  }

  #addIdentifiers(added: ProfileChanges['added'], space: string): void {
    const rows = added.map(({ profileId, mapping }) => [
      space,
      mapping.type,
      mapping.value,
      this.#existing(profileId),
      this.#counters.add('identifier places', 1),
      mapping.seq,
      mapping.createdAt,
      mapping.firstMessageId,
      mapping.source,
    ])
    this.#statements.insert({ table: 'identifiers', columns: IDENTIFIER_COLUMNS }, rows)
    this.#counters.add('identifiers', rows.length)
  }

  #move({ type, value }: Identifier, { space, to }: { space: string; to: string }): void {
    this.#statements.run(
      'UPDATE identifiers SET profile = ? WHERE space = ? AND type = ? AND value = ?',
      [this.#existing(to), space, type, value],
    )
  }

  #merge(from: string, into: string): void {
    const numbers = [this.#existing(into), this.#existing(from)]
    this.#statements.run('UPDATE identifiers SET profile = ? WHERE profile = ?', numbers)
    this.#statements.run('UPDATE profiles SET merged_into = ? WHERE merged_into = ?', numbers)
    this.#statements.run(
      `UPDATE profiles SET merged_into = ?, traits = '{}', apart = '[]' WHERE number = ?`,
      numbers,
    )
    this.#forgetActivity(numbers[1] ?? 0)
    this.#counters.add('profiles', -1)
  }

  #saveAccounts(accounts: readonly Account[]): void {
    this.#statements.insert(
      {
        table: 'profile_accounts',
        columns: ACCOUNT_COLUMNS,
        tail: `ON CONFLICT DO UPDATE SET updated_at = excluded.updated_at,
          last_message_id = excluded.last_message_id, traits = excluded.traits`,
      },
      accounts.map(accountRow),
    )
  }

  #saveLogs({ logs }: ProfileChanges): void {
    for (const [name, columns] of Object.entries(LOG_TABLES)) {
      const names = [...columns.keys()]
      const rows = logs[name as LogName].map((row) => [
        this.#counters.add(LOG_ROWS, 1),
        ...names.map((column) => row[column] ?? null),
      ])
      this.#statements.insert({ table: name, columns: [SEQ, ...names] }, rows)
    }
    for (const { name } of logs.violations) this.#counters.add(`violation ${String(name)}`, 1)
  }

  #existing(id: string): number {
    const number = this.numberOf(id)
    if (number === undefined) throw new Error(`There is no profile ${id}`)
    return number
  }
}
