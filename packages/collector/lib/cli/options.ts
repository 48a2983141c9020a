// Options that several subcommands share.
import { readFileSync } from 'node:fs'
import { InvalidArgumentError, Option, type Command } from 'commander'
import { type RulesFile, rulesFrom, type RulesOption } from '../profiles/rules.js'
import { UsageError } from './terminal.js'

export interface StoreFlags {
  db?: string
  dbEnv?: string
  space?: string
  rules?: RulesOption
}

export function addStore(command: Command): Command {
  return command
    .optionsGroup('Where it is kept:')
    .option('--db <file|url>', 'a SQLite file, or postgres://user@host/name without a password')
    .option('--db-env <name>', 'environment variable that has the file or the URL')
    .option('--space <name>', 'the space that all sources share (default: each its own)')
    .addOption(
      new Option('--rules <file>', "how people are resolved: a JSON file, or 'segment'").argParser(
        rules,
      ),
    )
}

/** @throws UsageError if there is none, or a password stands on the command line */
export function databaseOf({ db, dbEnv }: StoreFlags): string | undefined {
  if (db !== undefined && dbEnv !== undefined)
    throw new UsageError('give --db or --db-env, not both')
  if (dbEnv !== undefined) {
    const value = process.env[dbEnv]
    if (value === undefined || value === '') {
      throw new UsageError(`--db-env: there is no environment variable ${dbEnv}`)
    }
    return value
  }
  if (db !== undefined && /^postgres(?:ql)?:/.test(db) && hasPassword(db)) {
    throw new UsageError(
      '--db has a password, which every process of the machine can read: put the URL into an environment variable and name it with --db-env',
    )
  }
  return db
}

export function requiredDatabase(flags: StoreFlags): string {
  const db = databaseOf(flags)
  if (db === undefined) throw new UsageError('give --db FILE, or --db-env NAME')
  return db
}

export function port(text: string): number {
  const number = Number(text)
  if (/^\d+$/.test(text) && number <= 65_535) return number
  throw new InvalidArgumentError('Allowed: a whole number, 0 to 65535.')
}

export function count(text: string): number {
  const number = Number(text)
  if (/^\d+$/.test(text) && number >= 1 && number <= 1_000_000) return number
  throw new InvalidArgumentError('Allowed: a whole number, 1 to 1000000.')
}

function hasPassword(url: string): boolean {
  try {
    const { password, searchParams } = new URL(url)
    return password !== '' || searchParams.has('password')
  } catch {
    return /^[a-z]+:\/\/[^/@]*:[^/@]+@/.test(url)
  }
}

function rules(text: string): RulesOption {
  if (text === 'segment' || text === 'default') return text
  let file: unknown
  try {
    file = JSON.parse(readFileSync(text, 'utf8'))
  } catch (cause) {
    const why = cause instanceof SyntaxError ? 'is not JSON' : 'cannot be read'
    throw new InvalidArgumentError(`${text} ${why}. Allowed: segment, or a JSON file.`)
  }
  try {
    rulesFrom(file as RulesFile)
  } catch (error) {
    throw new InvalidArgumentError(`${text}: ${(error as Error).message}.`)
  }
  return file as RulesFile
}
