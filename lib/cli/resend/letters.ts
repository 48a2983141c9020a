// The lines of a file of dead letters.

import { blocksOf, lineStarts } from '../../backfill/sources/blocks.js'
import { encodingFault, tooLong } from '../../backfill/sources/broken-text.js'
import { contentOf } from '../../backfill/sources/file-bytes.js'
import { letterOf, type BrokenLine, type Letter } from './letter.js'

/**
 * From line `first` on, some at a time.
 *
 * @param onRead is told how many bytes were read from the file itself
 * @throws SourceError where the file is not there or cannot be read to its end
 */
export async function* lettersOf(
  path: string,
  first: number,
  onRead: (bytes: number) => void,
): AsyncGenerator<(Letter | BrokenLine)[], void> {
  for await (const block of blocksOf(contentOf(path, undefined, onRead))) {
    if (!('bytes' in block)) {
      if (block.line >= first)
        yield [{ line: block.line, reason: tooLong(block.length), text: undefined }]
      continue
    }
    const { bytes, firstLine } = block
    const starts = lineStarts(bytes)
    const letters: (Letter | BrokenLine)[] = []
    for (let index = 0; index < starts.length - 1; index++) {
      const line = firstLine + index
      if (line < first) continue
      const part = bytes.subarray(starts[index], starts[index + 1])
      const text = part.toString().trim()
      if (text === '') continue
      const fault = encodingFault(part)
      letters.push(fault === undefined ? letterOf(text, line) : { line, reason: fault, text })
    }
    yield letters
  }
}
