// Turns dead letters into the messages that they contain, byte for byte.

import { checkSize, type MadeMessage, type RowMapping } from '../../backfill/mapping.js'
import type { RejectsFormat } from '../../backfill/rejects.js'
import { lineSource } from '../../backfill/sources/file-source.js'
import type { BackfillSource } from '../../backfill/sources/source.js'
import {
  readDeadLetter,
  rewriteDeadLetter,
  writeUnreadable,
  type DeadLetter,
} from '../../failures/dead-letter/format.js'

export class VerbatimMapping implements RowMapping {
  /** Counts the messages of this run, by the code with which they failed, and by type. */
  readonly byCode: Record<string, number> = {}
  readonly byType: Record<string, number> = {}
  readonly #codes: ReadonlySet<string> | undefined
  largest = Infinity

  /** @param codes messages with other codes are skipped; undefined skips none */
  constructor(codes: readonly string[] | undefined) {
    this.#codes = codes && new Set(codes)
  }

  messagesOf(row: unknown): MadeMessage[] {
    const { code, type, message, timestamp } = row as DeadLetter
    if (this.#codes?.has(code) === false) return []
    checkSize(message, this.largest)
    this.byCode[code] = (this.byCode[code] ?? 0) + 1
    this.byType[type] = (this.byType[type] ?? 0) + 1
    return [{ text: message, timestamp }]
  }
}

export function deadLetterSource(path: string, firstLine?: number): BackfillSource<DeadLetter> {
  const readLine: Parameters<typeof lineSource<DeadLetter>>[1] = (text, line) => {
    const position = { line }
    const read = readDeadLetter(text)
    return ['broken' in read ? { ...read, text, position } : { row: read, position }]
  }
  return lineSource(path, readLine, firstLine)
}

/** What fails again becomes a dead letter again. */
export const deadLetterFormat: RejectsFormat = {
  addsToOlder: true,
  lineOf({ reason, line, row, text }, status) {
    if (row === undefined) return writeUnreadable(reason, line, text)
    const code = status === undefined ? 'message_too_large' : 'rejected'
    return rewriteDeadLetter({ code, reason, status }, row as DeadLetter)
  },
}
