// Reads the write key from the environment or a file, never from the command line, which every user can read.

import { readFile } from 'node:fs/promises'
import { UsageError } from './exit-codes.js'

/** The variable with the key, if no other is named. */
export const defaultVariable = 'SEGMENT_WRITE_KEY'

export interface KeyOptions {
  writeKeyEnv?: string
  writeKeyFile?: string
}

/** @throws UsageError that never shows a key */
export async function readWriteKey(
  { writeKeyEnv, writeKeyFile }: KeyOptions,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  if (writeKeyFile !== undefined) {
    if (writeKeyEnv !== undefined)
      throw new UsageError('give --write-key-env or --write-key-file, not both')
    return checked(await textOf(writeKeyFile), 'the file of --write-key-file')
  }
  const variable = writeKeyEnv ?? defaultVariable
  if (!/^[A-Za-z_]\w*$/.test(variable))
    // It may be the key itself, given by mistake.
    throw new UsageError('--write-key-env takes the name of an environment variable, not a key')
  const value = environment[variable]
  if (value === undefined || value === '') {
    const which = writeKeyEnv === undefined ? variable : 'which --write-key-env names'
    throw new UsageError(
      `there is no write key: the environment variable ${which} is not set; name another with --write-key-env, or give --write-key-file`,
    )
  }
  return checked(value, 'the environment variable of the write key')
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException
    throw new UsageError(`the file of --write-key-file cannot be read: ${code}`)
  }
}

function checked(text: string, where: string): string {
  const key = text.trim()
  if (key === '') throw new UsageError(`${where} is empty`)
  if (/\s/.test(key))
    throw new UsageError(`${where} has more than one word; allowed: the key alone`)
  return key
}
