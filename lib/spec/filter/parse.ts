// Reads the text of a filter into its tree. The grammar stands in docs/asking.md.
import { FilterError } from './filter-error.js'
import { isTime, KNOWN_KEYS } from './keys.js'
import type { Pattern } from './pattern.js'
import { periodOf } from './period.js'
import { type Head, Scanner, type Text } from './scanner.js'
import {
  COMPARATORS,
  type Comparator,
  type Key,
  type Node,
  type Operand,
  STATES,
} from './syntax.js'

/** The longest filter, in UTF-16 code units. */
export const MAX_FILTER_LENGTH = 2000
/** How deep parentheses may be nested. */
export const MAX_FILTER_DEPTH = 32

const TYPES = ['identify', 'track', 'page', 'screen', 'group', 'alias']
const NUMBER = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/
const TERM = 'text, key:value, has:key, is:state, -term or (…)'
const DATE = 'a date such as 2026-01-31 or 2026-01-31T10:00Z'

/** @throws FilterError */
export function parse(text: string): Node {
  if (text.length > MAX_FILTER_LENGTH) {
    throw new FilterError(
      MAX_FILTER_LENGTH,
      `the filter has ${text.length} characters`,
      `at most ${MAX_FILTER_LENGTH}`,
    )
  }
  return new Parser(text).whole()
}

class Parser {
  readonly #scanner: Scanner
  #depth = 0

  constructor(text: string) {
    this.#scanner = new Scanner(text)
  }

  whole(): Node {
    const scanner = this.#scanner
    scanner.skipSpace()
    if (scanner.next === '') return { kind: 'all', nodes: [] }
    const node = this.#any()
    if (scanner.next !== '') {
      throw new FilterError(scanner.position, 'a ) without its (', `${TERM}, or the end`)
    }
    return node
  }

  #any(): Node {
    const nodes = [this.#all()]
    while (this.#scanner.takeWord('OR')) nodes.push(this.#all())
    return single('any', nodes)
  }

  #all(): Node {
    const scanner = this.#scanner
    const nodes: Node[] = []
    do {
      nodes.push(this.#term())
      scanner.skipSpace()
    } while (scanner.takeWord('AND') || !this.#isAtEndOfTerms())
    return single('all', nodes)
  }

  #isAtEndOfTerms(): boolean {
    const { next } = this.#scanner
    return next === '' || next === ')' || this.#scanner.standsAt('OR')
  }

  #term(): Node {
    const scanner = this.#scanner
    scanner.skipSpace()
    if (scanner.take('-')) return { kind: 'not', node: this.#positive() }
    return this.#positive()
  }

  #positive(): Node {
    const scanner = this.#scanner
    const { position } = scanner
    if (scanner.take('(')) return this.#group(position)
    const isOperator = scanner.standsAt('OR') || scanner.standsAt('AND')
    if (isOperator || scanner.isAtEnd || scanner.next === '-') {
      const found = scanner.next === '' ? 'the filter ends' : 'no term'
      throw new FilterError(position, `${found} where a term should stand`, TERM)
    }
    return this.#leaf()
  }

  #group(position: number): Node {
    this.#depth += 1
    if (this.#depth > MAX_FILTER_DEPTH) {
      throw new FilterError(
        position,
        'the parentheses are nested too deeply',
        `at most ${MAX_FILTER_DEPTH} levels`,
      )
    }
    const node = this.#any()
    if (!this.#scanner.take(')')) throw new FilterError(position, 'a ( that does not end', 'a )')
    this.#depth -= 1
    return node
  }

  #leaf(): Node {
    const head = this.#scanner.head()
    if (!head.isKey) return wordOf(head, this.#scanner.position)
    const key = keyOf(head)
    if (this.#scanner.isAtEnd) {
      throw new FilterError(
        this.#scanner.position,
        `no value after ${key.join('.')}:`,
        `a value; "" is the empty text, and has:${key.join('.')} asks whether there is any`,
      )
    }
    if (key.length === 1 && key[0] === 'is') return this.#is()
    if (key.length === 1 && key[0] === 'has') return this.#has()
    const comparator = COMPARATORS.find((each) => this.#scanner.take(each))
    if (comparator !== undefined) return this.#compare(key, comparator)
    return equalTo(key, this.#scanner.value())
  }

  #is(): Node {
    const { pattern, position } = this.#scanner.value()
    const state = STATES.find((each) => pattern.length === 1 && each === pattern[0])
    if (state !== undefined) return { kind: 'is', state }
    throw new FilterError(position, `is: has no ${show(pattern)}`, STATES.join(', '))
  }

  #has(): Node {
    const head = this.#scanner.head()
    if (head.isKey) {
      throw new FilterError(this.#scanner.position - 1, 'a value after has:', 'the key alone')
    }
    return { kind: 'has', key: keyOf(head) }
  }

  #compare(key: Key, comparator: Comparator): Node {
    if (this.#scanner.isAtEnd) {
      throw new FilterError(
        this.#scanner.position,
        `no value after ${comparator}`,
        `a number or ${DATE}`,
      )
    }
    const value = this.#scanner.value()
    return { kind: 'compare', key, comparator, operand: operandOf(key, value) }
  }
}

function single(kind: 'all' | 'any', nodes: Node[]): Node {
  const [first] = nodes
  return nodes.length === 1 && first !== undefined ? first : { kind, nodes }
}

/** Dots between bare texts are dots of the word. */
function wordOf({ texts, position }: Head, end: number): Node {
  if (texts.length > 1 && texts.some(({ isQuoted }) => isQuoted)) {
    throw new FilterError(end, 'a key without a colon', 'a colon and a value')
  }
  const pattern = texts.map(({ pattern }) => pattern).reduce(joined)
  if (pattern.length === 1 && pattern[0] === '') {
    throw new FilterError(position, 'an empty text, which stands everywhere', TERM)
  }
  return { kind: 'word', pattern }
}

function joined(before: Pattern, after: Pattern): Pattern {
  const [first = '', ...rest] = after
  return [...before.slice(0, -1), `${before.at(-1) ?? ''}.${first}`, ...rest]
}

function keyOf({ texts }: Head): Key {
  return texts.map(({ pattern, position }) => {
    const [name = '', ...more] = pattern
    if (more.length > 0) {
      throw new FilterError(position, 'a * in a key', 'a key without *, or \\* for the character')
    }
    if (name === '') throw new FilterError(position, 'a key without a name', keysAllowed())
    return name
  })
}

function keysAllowed(): string {
  return `${KNOWN_KEYS.join(', ')}, properties.…, traits.…, context.…, or the name of a property or trait`
}

function equalTo(key: Key, { pattern, isQuoted, position }: Text): Node {
  const [text = ''] = pattern
  if (key.length === 1 && !isQuoted && text.startsWith('//')) {
    throw new FilterError(position, 'an address', `the address in quotes: "${key[0] ?? ''}://…"`)
  }
  if (key.length === 1 && key[0] === 'type' && pattern.length === 1 && !TYPES.includes(text)) {
    throw new FilterError(position, `there is no type ${show(pattern)}`, TYPES.join(', '))
  }
  if (!isTime(key) || pattern.length > 1) return { kind: 'equal', key, pattern }
  const period = periodOf(text)
  if (period !== undefined) return { kind: 'within', key, period, text }
  throw new FilterError(position, `${show(pattern)} is no date`, DATE)
}

function operandOf(key: Key, { pattern, position }: Text): Operand {
  const [text = ''] = pattern
  const isLiteral = pattern.length === 1
  const period = isLiteral ? periodOf(text) : undefined
  if (period !== undefined && isTime(key)) return { kind: 'time', period, text }
  // The sum makes 0 of -0.
  const value = isLiteral && NUMBER.test(text) ? Number(text) + 0 : NaN
  if (Number.isFinite(value) && !isTime(key)) return { kind: 'number', value }
  if (period !== undefined) return { kind: 'time', period, text }
  const allowed = isTime(key) ? DATE : `a number or ${DATE}`
  throw new FilterError(position, `${show(pattern)} cannot be compared with`, allowed)
}

function show(pattern: Pattern): string {
  const text = pattern.join('*')
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text)
}
