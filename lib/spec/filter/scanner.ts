// Cuts the text of a filter into its smallest parts. Each character is read once.
import { FilterError } from './filter-error.js'
import type { Pattern } from './pattern.js'

/** Text as it stood: with its wildcards, in quotes or bare. */
export interface Text {
  readonly pattern: Pattern
  readonly isQuoted: boolean
  readonly position: number
}

/** The beginning of a term: one text, or several with dots between them. `isKey` if a colon follows. */
export interface Head {
  readonly texts: readonly Text[]
  readonly isKey: boolean
  readonly position: number
}

const SPACE = /\s/

export class Scanner {
  readonly #text: string
  #position = 0

  constructor(text: string) {
    this.#text = text
  }

  get position(): number {
    return this.#position
  }

  /** The next character; '' at the end. */
  get next(): string {
    return this.#text.charAt(this.#position)
  }

  skipSpace(): void {
    while (this.next !== '' && SPACE.test(this.next)) this.#position += 1
  }

  /** Takes the text if it stands here. */
  take(text: string): boolean {
    const isHere = this.#text.startsWith(text, this.#position)
    if (isHere) this.#position += text.length
    return isHere
  }

  /** Whether the word stands here by itself. */
  standsAt(word: string): boolean {
    if (!this.#text.startsWith(word, this.#position)) return false
    return this.#isEnd(this.#text.charAt(this.#position + word.length))
  }

  /** Takes the word if it stands here by itself. */
  takeWord(word: string): boolean {
    const isHere = this.standsAt(word)
    if (isHere) this.#position += word.length
    return isHere
  }

  /** Whether a text ends here: nothing, white space or a parenthesis. */
  get isAtEnd(): boolean {
    return this.#isEnd(this.next)
  }

  head(): Head {
    const position = this.#position
    const texts = [this.#piece(true)]
    while (this.next === '.') {
      this.#position += 1
      texts.push(this.#piece(true))
    }
    const isKey = this.take(':')
    if (!isKey && !this.isAtEnd) throw this.#glued()
    return { texts, isKey, position }
  }

  /** What stands after a colon or a comparator. */
  value(): Text {
    const text = this.#piece(false)
    if (!this.isAtEnd) throw this.#glued()
    return text
  }

  #glued(): FilterError {
    return new FilterError(
      this.#position,
      'a quote or text that touches other text',
      'a space between them, or \\" for a quote within text',
    )
  }

  #piece(isInHead: boolean): Text {
    return this.next === '"' ? this.#quoted() : this.#bare(isInHead)
  }

  #quoted(): Text {
    const position = this.#position
    this.#position += 1
    const parts = new Parts()
    for (;;) {
      const character = this.next
      if (character === '') {
        throw new FilterError(position, 'a quote that does not end', 'a closing "')
      }
      if (character === '"') break
      this.#character(parts)
    }
    this.#position += 1
    return { pattern: parts.pattern, isQuoted: true, position }
  }

  #bare(isInHead: boolean): Text {
    const position = this.#position
    const parts = new Parts()
    while (!this.isAtEnd && this.next !== '"') {
      if (isInHead && (this.next === ':' || this.next === '.')) break
      this.#character(parts)
    }
    return { pattern: parts.pattern, isQuoted: false, position }
  }

  /** One character: an escaped one, a wildcard, or itself. */
  #character(parts: Parts): void {
    const character = this.next
    this.#position += 1
    if (character === '*') parts.wildcard()
    else if (character !== '\\') parts.add(character)
    else if (this.next === '') {
      throw new FilterError(this.#position, 'a backslash at the end', 'the character to escape')
    } else {
      parts.add(this.next)
      this.#position += 1
    }
  }

  #isEnd(character: string): boolean {
    return character === '' || character === '(' || character === ')' || SPACE.test(character)
  }
}

/** Gathers a pattern. Wildcards that follow each other are one. */
class Parts {
  readonly #parts: string[] = []
  #text = ''
  #isAfterWildcard = false

  get pattern(): Pattern {
    return [...this.#parts, this.#text]
  }

  add(character: string): void {
    this.#text += character
    this.#isAfterWildcard = false
  }

  wildcard(): void {
    if (this.#isAfterWildcard) return
    this.#parts.push(this.#text)
    this.#text = ''
    this.#isAfterWildcard = true
  }
}
