// The nearest message as a difference: - is what was expected, + is what arrived.

import type { Message } from '../spec/messages.js'
import { show } from './expected.js'
import { likenessOf, type Comparison, type Likeness } from './likeness.js'
import type { MessagePattern } from './message-filter.js'

/** A message that has less of what was expected is no near one. */
const leastNearness = 0.25

/** The nearest of the messages beside what was expected of it; undefined if none is near. */
export function nearestOf(
  messages: readonly Message[],
  pattern: MessagePattern,
): string | undefined {
  let nearest: { index: number; likeness: Likeness } | undefined
  messages.forEach((message, index) => {
    const likeness = likenessOf(message, pattern)
    if (likeness.nearness > (nearest?.likeness.nearness ?? leastNearness)) {
      nearest = { index, likeness }
    }
  })
  if (!nearest) return undefined
  const { index, likeness } = nearest
  const which = messages.length === 1 ? 'the only message' : `message ${index + 1}`
  return `the nearest is ${which} (- expected, + arrived):\n${difference(likeness.comparisons)}`
}

function difference(comparisons: readonly Comparison[]): string {
  const lines: string[] = []
  let open: readonly string[] = []
  for (const { path, expected, actual, fits } of comparisons) {
    const parents = path.slice(0, -1)
    const shared = sharedLength(open, parents)
    for (let depth = shared; depth < parents.length; depth++) {
      lines.push(`  ${indent(depth)}${parents[depth] ?? ''}:`)
    }
    open = parents
    const line = (sign: string, value: unknown): string =>
      `${sign} ${indent(parents.length)}${path.at(-1) ?? ''}: ${show(value)}`
    if (fits) lines.push(line(' ', actual))
    else {
      if (expected !== undefined) lines.push(line('-', expected))
      if (actual !== undefined) lines.push(line('+', actual))
    }
  }
  return lines.map((line) => `  ${line}`).join('\n')
}

function sharedLength(one: readonly string[], other: readonly string[]): number {
  let length = 0
  while (length < one.length && one[length] === other[length]) length++
  return length
}

const indent = (depth: number): string => '  '.repeat(depth)
