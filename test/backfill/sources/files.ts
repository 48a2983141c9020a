// Files of a test's own, and what a source makes of them.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileSource, type FileOptions } from '../../../lib/backfill/sources/file-source.js'
import type { BrokenRow, RowPosition, SourceRow } from '../../../lib/backfill/sources/source.js'

export type Item = SourceRow<Record<string, unknown>> | BrokenRow

/** A folder that is gone after the test. */
export function withFolder<R>(test: (folder: string) => Promise<R>): Promise<R> {
  const folder = mkdtempSync(join(tmpdir(), 'selfsame-'))
  return test(folder).finally(() => {
    rmSync(folder, { recursive: true })
  })
}

export async function itemsOf(
  content: string | Buffer,
  options: FileOptions & { name?: string; after?: { position: RowPosition; rows: number } } = {},
): Promise<Item[]> {
  const { name = 'rows.csv', after, ...rest } = options
  return await withFolder(async (folder) => {
    const path = join(folder, name)
    writeFileSync(path, content)
    const items: Item[] = []
    for await (const item of fileSource(path, rest).open(after)) items.push(item)
    return items
  })
}

/** `2 {"id":"1"}` for a row of line 2, `3 ! reason` for a broken one. */
export function told(items: readonly Item[]): string[] {
  return items.map((item) => {
    const { line } = item.position
    return 'row' in item ? `${line} ${JSON.stringify(item.row)}` : `${line} ! ${item.broken}`
  })
}

export const rowsOf = (items: readonly Item[]): unknown[] =>
  items.flatMap((item) => ('row' in item ? [item.row] : []))

export const brokenOf = (items: readonly Item[]): BrokenRow[] =>
  items.flatMap((item) => ('row' in item ? [] : [item]))
