// `--suggest`: infers a mapping from the columns and the first rows.

import type { BackfillSource } from '../../backfill/sources/source.js'
import { looksLikeEmail } from '../../spec/email.js'
import { UsageError } from '../shared/exit-codes.js'
import {
  anonymousIdAmong,
  areSeconds,
  reservedTrait,
  timestampAmong,
  typeOf,
  userIdAmong,
  type Column,
} from './guesses.js'
import type { BackfillFlags } from './options.js'

const sampleRows = 1_000

/** @returns a command to copy, with comments on what was found */
export async function suggest(
  source: BackfillSource<Record<string, unknown>>,
  file: string,
  flags: BackfillFlags,
): Promise<string> {
  const { columns, rows, broken } = await sampleOf(source)
  if (rows === 0) throw new UsageError(`${source.name ?? 'the source'} has no row that can be read`)
  const user = userIdAmong(columns)
  const anonymous = anonymousIdAmong(columns)
  const time = timestampAmong(columns)
  const notes = [`# From the first ${rows} rows.`]
  if (broken > 0) notes.push(`# ${broken} rows among them cannot be read; --dry-run says why.`)
  const options: string[] = []
  if (user) options.push(`--user-id ${quoted(user.name)}`)
  if (anonymous) options.push(`--anonymous-id ${quoted(anonymous.name)}`)
  if (!user && !anonymous) {
    notes.push('# No column looks like an id: put one in the place of COLUMN.')
    options.push('--user-id COLUMN')
  } else if (user?.values.some((value) => looksLikeEmail(String(value)))) {
    notes.push(
      `# ${user.name} has e-mail addresses: they change, and a userId cannot. Better a database id.`,
    )
  }
  if (time) {
    options.push(`--timestamp ${quoted(time.name)}`)
    if (areSeconds(time)) options.push('--unit seconds')
  } else {
    notes.push('# No column looks like the time of the row: put one in the place of COLUMN.')
    options.push('--timestamp COLUMN')
  }
  const found: string[] = []
  for (const column of columns) {
    if (column === user || column === anonymous) continue
    const reserved = reservedTrait(column.name)
    if (column === time && reserved === undefined) continue
    if (column.values.length === 0) {
      notes.push(`# ${column.name} is empty in these rows, and left out.`)
      continue
    }
    if (reserved !== undefined)
      found.push(reserved === column.name ? reserved : `${reserved} (${column.name})`)
    options.push(`--trait ${quoted(specOf(column, reserved))}`)
  }
  if (found.length > 0) notes.push(`# Reserved traits: ${found.join(', ')}.`)
  notes.push('# Try it with --dry-run first.')
  const command = ['selfsame backfill', ...sourceOf(file, flags)].join(' ')
  return [...notes, [command, ...options].join(' \\\n  ')].join('\n')
}

/** Epoch numbers need no type: they are valid as createdAt. */
function specOf(column: Column, reserved: string | undefined): string {
  const { name } = column
  const guessed = typeOf(column)
  // A phone number has digits, but is not an amount.
  const type =
    reserved !== undefined && guessed === 'number' && reserved !== 'age' ? 'text' : guessed
  const target = reserved ?? name
  if (type === 'text' && target === name && !/[=:]/.test(name)) return name
  return `${target}${type === 'text' ? '' : `:${type}`}=${name}`
}

function sourceOf(file: string, flags: BackfillFlags): string[] {
  if (file !== '') return [quoted(file)]
  const { from, fromEnv, query = '', key } = flags
  return [
    fromEnv === undefined ? `--from ${quoted(from ?? '')}` : `--from-env ${fromEnv}`,
    `--query ${quoted(query)}`,
    ...(key === undefined ? [] : [`--key ${quoted(key)}`]),
  ]
}

async function sampleOf(
  source: BackfillSource<Record<string, unknown>>,
): Promise<{ columns: Column[]; rows: number; broken: number }> {
  const values = new Map<string, unknown[]>()
  let rows = 0
  let broken = 0
  for await (const item of source.open()) {
    if (!('row' in item)) broken++
    else {
      rows++
      for (const [name, value] of Object.entries(item.row)) {
        const known = values.get(name) ?? []
        values.set(name, known)
        if (value !== '' && value !== null && value !== undefined) known.push(value)
      }
    }
    if (rows + broken >= sampleRows) break
  }
  return { columns: [...values].map(([name, all]) => ({ name, values: all })), rows, broken }
}

/** Quoted for a POSIX shell. */
function quoted(text: string): string {
  return /^[\w./:=@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}
