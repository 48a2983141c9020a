// Reads a file of JSON.

import { readFile } from 'node:fs/promises'
import { UsageError } from '../../shared/exit-codes.js'

/** @throws UsageError if it cannot be read, or is not JSON */
export async function jsonIn(path: string): Promise<unknown> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException
    throw new UsageError(`${path} cannot be read: ${code}`)
  }
  try {
    return JSON.parse(text)
  } catch {
    throw new UsageError(`${path} is not JSON`)
  }
}
