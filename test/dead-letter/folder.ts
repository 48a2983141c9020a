// A directory of its own for each test, and what is in a file of dead letters.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Message } from '../../lib/index.js'

export interface Letter {
  at: string
  code: string
  reason: string
  status?: number
  message: Message | null
  readable?: Record<string, unknown>
}

/** Runs a test with the path of a file that is not there yet, in a directory that is. */
export async function withFile(test: (file: string) => Promise<void> | void): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'selfsame-letters-'))
  try {
    await test(join(directory, 'dead.ndjson'))
  } finally {
    rmSync(directory, { recursive: true })
  }
}

/** The lines of a file, each of which must be whole, or empty. */
export function lettersIn(file: string): Letter[] {
  const text = readFileSync(file, 'utf8')
  if (text !== '' && !text.endsWith('\n')) throw new Error('the last line is not whole')
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Letter)
}
