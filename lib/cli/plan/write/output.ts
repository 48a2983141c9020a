// Writes what a command has made: to standard output, or into a file that it does not replace unasked.

import { writeFile } from 'node:fs/promises'
import { UsageError } from '../../shared/exit-codes.js'
import type { Terminal } from '../../shared/terminal.js'
import type { OutputFlags } from '../flags/options.js'

export async function writeOutput(
  text: string,
  { out, force = false }: OutputFlags,
  terminal: Terminal,
): Promise<void> {
  if (out === undefined) {
    terminal.print(text)
    return
  }
  try {
    await writeFile(out, `${text}\n`, { flag: force ? 'w' : 'wx' })
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException
    throw new UsageError(
      code === 'EEXIST'
        ? `${out} exists: give --force to replace it`
        : `${out} cannot be written: ${code}`,
    )
  }
  terminal.tell(`written: ${out}`)
}
