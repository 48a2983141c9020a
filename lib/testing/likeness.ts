// How like a message is to what a test expects: whether it fits, how near it comes, and where it differs.

import { asJson, questionOf } from './expected.js'

/** One value of what was expected, beside the value in its place. */
export interface Comparison {
  readonly path: readonly string[]
  readonly expected: unknown
  /** undefined if there is none. */
  readonly actual: unknown
  readonly fits: boolean
}

export interface Likeness {
  readonly fits: boolean
  /** From 0 to 1: the share of the expected values that are there. */
  readonly nearness: number
  /** Every value that was compared, in the order in which they were expected. */
  readonly comparisons: readonly Comparison[]
}

/**
 * Compares a message with what is expected of it. An object fits if it has all that is expected; it may have more. An
 * array must have the same length.
 *
 * @throws TypeError for what no message can have
 */
export function likenessOf(
  actual: unknown,
  wanted: unknown,
  path: readonly string[] = [],
): Likeness {
  const question = questionOf(wanted)
  if (question) return leaf({ path, expected: wanted, actual, fits: question.ask(actual) })
  const expected = asJson(wanted)
  if (Array.isArray(expected)) return ofArray(actual, expected, path)
  if (typeof expected === 'object' && expected !== null) return ofObject(actual, expected, path)
  const fits = expected === actual
  return leaf({ path, expected, actual, fits }, fits ? 1 : similarity(expected, actual))
}

function leaf(comparison: Comparison, nearness = comparison.fits ? 1 : 0): Likeness {
  return { fits: comparison.fits, nearness, comparisons: [comparison] }
}

function ofArray(actual: unknown, expected: readonly unknown[], path: readonly string[]): Likeness {
  if (!Array.isArray(actual) || actual.length !== expected.length) {
    return leaf({ path, expected, actual, fits: false })
  }
  return together(
    expected.map((each, index) => likenessOf(actual[index], each, [...path, String(index)])),
  )
}

function ofObject(actual: unknown, expected: object, path: readonly string[]): Likeness {
  if (typeof actual !== 'object' || actual === null || Array.isArray(actual)) {
    return leaf({ path, expected, actual, fits: false })
  }
  return together(
    Object.entries(expected).map(([name, each]) =>
      likenessOf(own(actual, name), each, [...path, name]),
    ),
  )
}

function own(object: object, name: string): unknown {
  return Object.hasOwn(object, name) ? (object as Record<string, unknown>)[name] : undefined
}

function together(parts: readonly Likeness[]): Likeness {
  const sum = parts.reduce((total, { nearness }) => total + nearness, 0)
  return {
    fits: parts.every(({ fits }) => fits),
    nearness: parts.length === 0 ? 1 : sum / parts.length,
    comparisons: parts.flatMap(({ comparisons }) => comparisons),
  }
}

/** Below 1: a text that is nearly the expected one is a nearer message than one with another text. */
function similarity(expected: unknown, actual: unknown): number {
  if (typeof actual !== 'string' && typeof actual !== 'number') return 0
  const [one, other] = [String(expected).toLowerCase(), String(actual).toLowerCase()]
  if (one === other) return 0.9
  const pairs = pairsOf(one)
  const shared = [...pairsOf(other)].filter((pair) => pairs.has(pair)).length
  return (0.8 * 2 * shared) / Math.max(1, pairs.size + pairsOf(other).size)
}

/** The pairs of neighbouring characters. Of a long text its beginning tells enough. */
function pairsOf(text: string): Set<string> {
  const start = text.slice(0, 200)
  return new Set(
    Array.from({ length: Math.max(0, start.length - 1) }, (_, at) => start.slice(at, at + 2)),
  )
}
