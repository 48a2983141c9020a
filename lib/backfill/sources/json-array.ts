// The rows of a JSON array.

import type { BrokenRow, SourceRow } from '../source.js'
import { encodingFault, textOfBroken, tooLong } from './broken-text.js'
import { ElementCutter, type Element } from './element-cutter.js'
import { rowOfJson } from './json-value.js'

type Item = SourceRow<Record<string, unknown>> | BrokenRow

/** The elements behind the first `skip`, some at a time. They are counted: several may stand in one line. */
export async function* jsonArrayRows(
  chunks: AsyncIterable<Buffer>,
  skip = 0,
): AsyncGenerator<Item[], void> {
  const cutter = new ElementCutter()
  let left = skip
  let line = 1
  const itemsOf = (elements: Element[]): Item[] => {
    line = elements.at(-1)?.line ?? line
    const behind = elements.slice(left)
    left = Math.max(0, left - elements.length)
    return behind.map(itemOf)
  }
  for await (const chunk of chunks) yield itemsOf(cutter.read(chunk))
  const last: Element[] = []
  const isClosed = cutter.end(last)
  yield itemsOf(last)
  if (isClosed || left > 0) return
  yield [
    { broken: 'the array is not closed behind this: is the file complete?', position: { line } },
  ]
}

function itemOf({ bytes, length, line }: Element): Item {
  const position = { line }
  if (!bytes) return { broken: tooLong(length, 'element'), position }
  const fault = encodingFault(bytes)
  const read = fault === undefined ? rowOfJson(bytes.toString()) : { broken: fault }
  if ('row' in read) return { row: read.row, position }
  return { broken: read.broken, ...textOfBroken(trimmed(bytes)), position }
}

/** Without the comma and white space that are left where an element was cut off. */
function trimmed(bytes: Buffer): Buffer {
  return Buffer.from(bytes.toString().replace(/[\s,]+$/, ''))
}
