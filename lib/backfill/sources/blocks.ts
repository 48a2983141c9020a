// Splits bytes into blocks of whole lines, with their line numbers.

/** The longest line, or record of several lines, in bytes. Longer ones are skipped as broken. */
export const longestRecord = 1024 * 1024

/** Whole lines with their newlines; the last line of a file may have none. */
export interface Block {
  readonly bytes: Buffer
  /** The number of the first line; the first line of a file is 1. */
  readonly firstLine: number
}

/** A line that is too long to be a row. Its text is not kept. */
export interface LongLine {
  readonly line: number
  readonly length: number
}

const newline = 0x0a

/** Never holds more than `longestRecord` bytes of a line. */
export async function* blocksOf(
  chunks: AsyncIterable<Buffer>,
): AsyncGenerator<Block | LongLine, void> {
  /** The incomplete line at the end of what was read. */
  let begun: Buffer[] = []
  let length = 0
  let line = 1
  for await (const chunk of chunks) {
    const first = chunk.indexOf(newline) + 1
    if (first === 0) {
      length += chunk.length
      if (length <= longestRecord) begun.push(chunk)
      else begun = []
      continue
    }
    let rest = chunk
    if (length + first > longestRecord) {
      yield { line, length: length + first - 1 }
      line++
      rest = chunk.subarray(first)
      begun = []
    }
    const end = rest.lastIndexOf(newline) + 1
    if (end > 0) {
      const bytes = Buffer.concat([...begun, rest.subarray(0, end)])
      yield { bytes, firstLine: line }
      line += linesIn(bytes)
    }
    begun = end < rest.length ? [rest.subarray(end)] : []
    length = rest.length - end
  }
  if (length > longestRecord) yield { line, length }
  else if (length > 0) yield { bytes: Buffer.concat(begun), firstLine: line }
}

export function linesIn(bytes: Buffer): number {
  let lines = 0
  for (let at = bytes.indexOf(newline); at >= 0; at = bytes.indexOf(newline, at + 1)) lines++
  return lines
}

/** The offset of each line, followed by the end of the last one. */
export function lineStarts(bytes: Buffer): number[] {
  const starts = [0]
  for (let at = bytes.indexOf(newline); at >= 0; at = bytes.indexOf(newline, at + 1))
    starts.push(at + 1)
  if (starts[starts.length - 1] !== bytes.length) starts.push(bytes.length)
  return starts
}
