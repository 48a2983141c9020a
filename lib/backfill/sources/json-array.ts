// Reads the rows of a JSON array, by cutting it into elements. A fault inside an element costs only that element. If the
// array itself is broken, the elements after the fault cannot be found, and reading ends.

import type { BrokenRow, SourceRow } from './source.js'
import { longestRecord } from './blocks.js'
import { encodingFault, textOfBroken, tooLong } from './broken-text.js'
import { rowOfJson } from './json-value.js'
import { SourceError } from './source-error.js'

type Item = SourceRow<Record<string, unknown>> | BrokenRow

const [quote, comma, backslash, newline] = [0x22, 0x2c, 0x5c, 0x0a]
const [openBracket, closeBracket, openBrace, closeBrace] = [0x5b, 0x5d, 0x7b, 0x7d]

/**
 * The elements after the first `skip`, some at a time. They are counted, because several may be on one line.
 *
 * @throws SourceError if brackets do not match, a string does not end on its line, or the array does not end
 */
export async function* jsonArrayRows(
  chunks: AsyncIterable<Buffer>,
  skip = 0,
): AsyncGenerator<Item[], void> {
  const cutter = new ElementCutter()
  let left = skip
  for await (const chunk of chunks) {
    const elements = cutter.read(chunk)
    yield elements.slice(left).map(itemOf)
    left = Math.max(0, left - elements.length)
    if (cutter.fault !== undefined) throw new SourceError(cutter.fault)
  }
  cutter.end()
}

interface Element {
  /** Undefined if it is too long to be a row. */
  readonly bytes: Buffer | undefined
  readonly length: number
  readonly line: number
}

/** Tracks brackets and strings; JSON.parse checks everything else. */
class ElementCutter {
  /** What is wrong with the array. Elements before the fault are still returned. */
  fault: string | undefined
  #line = 1
  /** The open brackets, beginning with that of the array. */
  readonly #open: number[] = []
  #isClosed = false
  #isInString = false
  #isEscaped = false
  /** The line on which the element begins; 0 between elements. */
  #elementLine = 0
  #parts: Buffer[] = []
  #length = 0

  read(chunk: Buffer): Element[] {
    const elements: Element[] = []
    let from = 0
    for (let at = 0; at < chunk.length && this.fault === undefined; at++) {
      const byte = chunk[at] ?? 0
      if (this.#isInString) this.#readString(byte)
      else if (byte === newline) this.#line++
      else if (byte === 0x20 || byte === 0x09 || byte === 0x0d) continue
      else {
        const isOver = this.#open.length === 1 && (byte === comma || byte === closeBracket)
        if (isOver && this.#elementLine > 0) {
          this.#keep(chunk.subarray(from, at))
          elements.push(this.#take())
        } else if (!isOver && this.#open.length === 1 && this.#elementLine === 0) {
          this.#elementLine = this.#line
          from = at
        }
        this.#follow(byte)
      }
    }
    if (this.#elementLine > 0) this.#keep(chunk.subarray(from))
    return elements
  }

  /** @throws SourceError if the text ends before the array */
  end(): void {
    if (this.#open.length === 0) return
    throw new SourceError(
      this.#elementLine > 0
        ? `the element that begins in line ${this.#elementLine} never ends: is the file complete?`
        : `the array is not closed after line ${this.#line}: is the file complete?`,
    )
  }

  #readString(byte: number): void {
    if (byte === newline) this.#fail(`the string in line ${this.#line} is not closed`)
    else if (this.#isEscaped) this.#isEscaped = false
    else if (byte === backslash) this.#isEscaped = true
    else if (byte === quote) this.#isInString = false
  }

  #follow(byte: number): void {
    if (this.#isClosed)
      this.#fail(`there is text after the end of the array, in line ${this.#line}`)
    else if (this.#open.length === 0 && byte !== openBracket)
      this.#fail('the text is not a JSON array: it does not begin with [')
    else if (byte === quote) this.#isInString = true
    else if (byte === openBrace || byte === openBracket) this.#open.push(byte)
    else if (byte === closeBrace || byte === closeBracket) {
      // In ASCII, a closing bracket is two after its opening one.
      if ((this.#open.pop() ?? 0) + 2 !== byte)
        this.#fail(
          `the ${String.fromCharCode(byte)} in line ${this.#line} closes nothing that is open`,
        )
      this.#isClosed = this.#open.length === 0
    }
  }

  #fail(reason: string): void {
    const where =
      this.#elementLine > 0 ? `, in the element that begins in line ${this.#elementLine}` : ''
    this.fault ??= `the JSON array is broken: ${reason}${where}. Nothing after it was read; correct it, or make it NDJSON: jq -c '.[]'`
  }

  #keep(part: Buffer): void {
    this.#length += part.length
    if (this.#length <= longestRecord) this.#parts.push(part)
    else this.#parts = []
  }

  #take(): Element {
    const bytes = this.#length <= longestRecord ? Buffer.concat(this.#parts) : undefined
    const element = { bytes, length: this.#length, line: this.#elementLine }
    this.#parts = []
    this.#length = 0
    this.#elementLine = 0
    return element
  }
}

function itemOf({ bytes, length, line }: Element): Item {
  const position = { line }
  if (!bytes) return { broken: tooLong(length, 'element'), position }
  const fault = encodingFault(bytes)
  const read = fault === undefined ? rowOfJson(bytes.toString()) : { broken: fault }
  if ('row' in read) return { row: read.row, position }
  return { broken: read.broken, ...textOfBroken(Buffer.from(bytes.toString().trimEnd())), position }
}
