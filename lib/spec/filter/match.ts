// Makes a function of a tree.
import { type Fact, factOf, placesOf } from './keys.js'
import { matchesPart, matchesWhole, type Pattern } from './pattern.js'
import { type Period, periodOf } from './period.js'
import type { Comparator, Key, Node, Operand, State } from './syntax.js'
import { textOf, textsOf, valuesAt } from './values.js'

/** A message, and what is known about it. */
export interface Candidate {
  /** The message as an object; whatever was sent, if it was discarded. */
  readonly message: unknown
  /** Whether it was refused. @default false */
  readonly isDiscarded?: boolean | undefined
  /** The code of what was wrong with it. */
  readonly code?: string | undefined
  /** Whether it repeats a message that was there. @default false */
  readonly isDuplicate?: boolean | undefined
  /** The name of its source. */
  readonly source?: string | undefined
  readonly space?: string | undefined
  /** The profile that it belongs to; `null` if nothing identified it; undefined if that is not known. */
  readonly profileId?: string | null | undefined
  /** The names of the violations it caused. */
  readonly violations?: readonly string[] | undefined
}

export type Match = (candidate: Candidate) => boolean

export function matchOf(node: Node): Match {
  switch (node.kind) {
    case 'all': {
      const matches = node.nodes.map(matchOf)
      return (candidate) => matches.every((match) => match(candidate))
    }
    case 'any': {
      const matches = node.nodes.map(matchOf)
      return (candidate) => matches.some((match) => match(candidate))
    }
    case 'not': {
      const match = matchOf(node.node)
      return (candidate) => !match(candidate)
    }
    case 'word':
      return wordMatch(node.pattern)
    case 'is':
      return (candidate) => hasState(candidate, node.state)
    case 'has':
      return anyValue(node.key, isThere)
    case 'equal':
      return anyValue(node.key, equals(node.pattern))
    case 'within':
      return anyValue(node.key, (value) => isWithin(value, node.period))
    case 'compare':
      return anyValue(node.key, comparison(node.comparator, node.operand))
  }
}

function wordMatch(pattern: Pattern): Match {
  const lower = pattern.map((part) => part.toLowerCase())
  return ({ message }) => {
    for (const text of textsOf(message)) if (matchesPart(lower, text.toLowerCase())) return true
    return false
  }
}

function hasState(candidate: Candidate, state: State): boolean {
  switch (state) {
    case 'discarded':
      return candidate.isDiscarded === true
    case 'duplicate':
      return candidate.isDuplicate === true
    case 'unresolved':
      return candidate.profileId === null
    case 'identified':
      return hasUser(candidate.message)
    case 'anonymous':
      return (
        !hasUser(candidate.message) && [...valuesAt(candidate.message, ANONYMOUS)].some(isThere)
      )
  }
}

const USER = [['userId']]
const ANONYMOUS = [['anonymousId']]

function hasUser(message: unknown): boolean {
  return [...valuesAt(message, USER)].some(isThere)
}

function anyValue(key: Key, test: (value: unknown) => boolean): Match {
  const fact = factOf(key)
  if (fact !== undefined) return (candidate) => factsOf(candidate, fact).some(test)
  const places = placesOf(key)
  return ({ message }) => {
    for (const value of valuesAt(message, places)) if (test(value)) return true
    return false
  }
}

function factsOf(candidate: Candidate, fact: Fact): readonly unknown[] {
  switch (fact) {
    case 'source':
      return [candidate.source]
    case 'space':
      return [candidate.space]
    case 'profile':
      return [candidate.profileId ?? undefined]
    case 'code':
      return [candidate.code]
    case 'violation':
      return candidate.violations ?? []
  }
}

function isThere(value: unknown): boolean {
  return value !== undefined && value !== null
}

function equals(pattern: Pattern): (value: unknown) => boolean {
  return (value) => {
    const text = textOf(value)
    return text !== undefined && matchesWhole(pattern, text)
  }
}

function isWithin(value: unknown, { start, end }: Period): boolean {
  const time = timeOf(value)
  return time !== undefined && time >= start && time < end
}

function comparison(comparator: Comparator, operand: Operand): (value: unknown) => boolean {
  const wanted = operand.kind === 'number' ? operand.value : operand.period.start
  const read = operand.kind === 'number' ? numberOf : timeOf
  return (value) => {
    const own = read(value)
    return own !== undefined && COMPARE[comparator](own, wanted)
  }
}

const COMPARE: Readonly<Record<Comparator, (a: number, b: number) => boolean>> = {
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
}

function timeOf(value: unknown): number | undefined {
  return typeof value === 'string' ? periodOf(value)?.start : undefined
}

/** Senders write numbers as text, too. */
function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value
  if (typeof value !== 'string' || !/^\s*[+-]?(\d|\.\d)/.test(value)) return undefined
  const number = Number(value)
  return Number.isNaN(number) ? undefined : number
}
