// A JSON array is cut into its elements. A parser of the whole would end at its first fault; here that costs one element.

import { longestRecord } from './blocks.js'
import { SourceError } from './source-error.js'

const quote = 0x22
const comma = 0x2c
const colon = 0x3a
const newline = 0x0a
const backslash = 0x5c
const openBracket = 0x5b
const closeBracket = 0x5d
const openBrace = 0x7b
const closeBrace = 0x7d

/** One element of the array, as text. One that is too long has none. */
export interface Element {
  readonly bytes: Buffer | undefined
  readonly length: number
  readonly line: number
}

/** Where an element may begin although the one before it has not ended: a line like those that elements begin with. */
interface Restart {
  readonly offset: number
  readonly line: number
}

/**
 * Follows brackets and strings; what stands between is for a parser to judge. Where brackets do not match, or a string
 * does not end in its line, the next element is looked for in the lines that begin as elements do.
 */
export class ElementCutter {
  #line = 1
  /** How many white bytes the line has begun with; undefined behind them. */
  #indent: number | undefined = 0
  #array: 'ahead' | 'open' | 'closed' = 'ahead'
  /** The brackets that are open within the element. */
  readonly #open: number[] = []
  #isInString = false
  #isEscaped = false
  /** The last byte that is not white, and not in a string. */
  #before = 0
  /** Whether the element cannot be JSON any more. */
  #isFaulty = false
  #restart: Restart | undefined
  /** How far the lines in which elements begin are indented, where they begin lines. */
  #elementIndent: number | undefined
  /** Where the element begins; 0 between two. */
  #elementLine = 0
  #parts: Buffer[] = []
  /** False for the rest of an element that is too long. */
  #isKept = true
  #length = 0

  read(chunk: Buffer): Element[] {
    const elements: Element[] = []
    let rest: Buffer | undefined = chunk
    while (rest) rest = this.#readSome(rest, elements)
    return elements
  }

  /**
   * What is left when the text ends.
   *
   * @returns whether the array was closed
   * @throws SourceError where an element never ends: what is behind it was not read
   */
  end(elements: Element[]): boolean {
    while (this.#elementLine > 0) {
      const rest = this.#cutAtRestart(elements)
      if (!rest) {
        throw new SourceError(
          `the element that begins in line ${this.#elementLine} never ends, so that nothing behind it could be read: put it right, or is the file complete?`,
        )
      }
      elements.push(...this.read(rest))
    }
    return this.#array !== 'open'
  }

  /** @returns what has to be read again */
  #readSome(chunk: Buffer, elements: Element[]): Buffer | undefined {
    let from = 0
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at] ?? 0
      if (this.#isInString) {
        this.#readString(byte)
        continue
      }
      if (byte === newline) {
        this.#line++
        this.#indent = 0
        continue
      }
      if (byte === 0x20 || byte === 0x09 || byte === 0x0d) {
        if (this.#indent !== undefined) this.#indent++
        continue
      }
      const indent = this.#indent
      this.#indent = undefined
      if (this.#array !== 'open') {
        this.#readOutside(byte)
        continue
      }
      if (this.#elementLine === 0) {
        if (byte === comma) continue
        if (byte === closeBracket) {
          this.#array = 'closed'
          continue
        }
        this.#elementLine = this.#line
        this.#elementIndent ??= indent
        from = at
      } else if (byte === openBrace && indent !== undefined && indent === this.#elementIndent) {
        if (this.#isKept) this.#restart ??= { offset: this.#length + at - from, line: this.#line }
        if (this.#isFaulty || !this.#mayOpen()) {
          this.#keep(chunk.subarray(from, at))
          if (!this.#isKept) {
            elements.push(this.#take())
            this.#indent = indent
            return chunk.subarray(at)
          }
          const again = this.#cutAtRestart(elements)
          return again ? Buffer.concat([again, chunk.subarray(at)]) : chunk.subarray(at)
        }
      }
      const isOver = this.#open.length === 0 && (byte === comma || byte === closeBracket)
      if (!isOver) {
        this.#follow(byte)
        continue
      }
      this.#keep(chunk.subarray(from, at))
      elements.push(this.#take())
      if (byte === closeBracket) this.#array = 'closed'
    }
    if (this.#elementLine === 0) return undefined
    this.#keep(chunk.subarray(from))
    return this.#length > longestRecord ? this.#cutAtRestart(elements) : undefined
  }

  #readString(byte: number): void {
    if (byte === newline) {
      this.#isInString = false
      this.#isEscaped = false
      this.#isFaulty = true
      this.#line++
      this.#indent = 0
    } else if (this.#isEscaped) this.#isEscaped = false
    else if (byte === backslash) this.#isEscaped = true
    else if (byte === quote) this.#isInString = false
  }

  #readOutside(byte: number): void {
    if (this.#array === 'closed')
      throw new SourceError(`text behind the end of the array, in line ${this.#line}`)
    if (byte !== openBracket)
      throw new SourceError('the text is no JSON array: it does not begin with [')
    this.#array = 'open'
  }

  /** Whether a value may begin here: an object's may only behind a colon. */
  #mayOpen(): boolean {
    return this.#open.at(-1) !== openBrace || this.#before === colon
  }

  #follow(byte: number): void {
    if (byte === quote) this.#isInString = true
    else if (byte === openBrace || byte === openBracket) {
      if (!this.#mayOpen()) this.#isFaulty = true
      this.#open.push(byte)
    } else if (byte === closeBrace || byte === closeBracket) {
      const opened = this.#open.pop()
      // ASCII: a closing bracket is two behind its opening one.
      if (opened === undefined || opened + 2 !== byte) this.#isFaulty = true
    }
    this.#before = byte
  }

  #keep(part: Buffer): void {
    this.#length += part.length
    if (this.#isKept) this.#parts.push(Buffer.from(part))
  }

  #take(): Element {
    const isKept = this.#isKept && this.#length <= longestRecord
    const element = {
      bytes: isKept ? Buffer.concat(this.#parts) : undefined,
      length: this.#length,
      line: this.#elementLine,
    }
    this.#forget()
    return element
  }

  #forget(): void {
    this.#parts = []
    this.#isKept = true
    this.#length = 0
    this.#elementLine = 0
    this.#open.length = 0
    this.#isInString = false
    this.#isEscaped = false
    this.#isFaulty = false
    this.#restart = undefined
  }

  /**
   * Gives up the element that has begun, up to where another may begin. Where that is nowhere it is followed to its end,
   * and not kept.
   *
   * @returns what is behind
   */
  #cutAtRestart(elements: Element[]): Buffer | undefined {
    const restart = this.#restart
    if (!restart) {
      this.#parts = []
      this.#isKept = false
      return undefined
    }
    const kept = Buffer.concat(this.#parts)
    const line = this.#elementLine
    this.#forget()
    this.#line = restart.line
    this.#indent = this.#elementIndent
    const bytes = kept.subarray(0, restart.offset)
    elements.push({ bytes, length: bytes.length, line })
    return kept.subarray(restart.offset)
  }
}
