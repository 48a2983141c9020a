// How people are resolved: which identifiers there are, how many a person may have, and which values are nobody's.
import { describeValue } from '../../../../lib/runtime/describe-value.js'
import { isObject, type JsonObject } from '../messages/message.js'
import { nameOf } from '../messages/snake-case.js'
import { blockedBy, DEFAULT_BLOCKED, type IsBlocked, SEGMENT_BLOCKED } from './blocked.js'

/** In what time a limit counts (Unify: Identity Resolution settings). */
export const WINDOWS = {
  ever: Infinity,
  weekly: 7 * 86_400_000,
  monthly: 30 * 86_400_000,
  annually: 365 * 86_400_000,
} as const

export type Window = keyof typeof WINDOWS

/** How many identifiers of a type a profile may gain within a window. */
export interface Limit {
  readonly max: number
  readonly window: Window
}

export interface Rules {
  readonly limitOf: (type: string) => Limit
  /** Negative if `a` ranks above `b`. */
  readonly compareTypes: (a: string, b: string) => number
  readonly isBlocked: IsBlocked
  /** Traits and properties that are identifiers too, in snake case. */
  readonly custom: ReadonlySet<string>
  readonly maxMerges: number
  readonly maxMappings: number
  /** Whether text is cut at 512 characters in tables, as Segment does. */
  readonly isSegment: boolean
}

/** What `rules` may say: a preset, or an object (in the command: a JSON file) with what differs from one. */
export type RulesOption = 'default' | 'segment' | RulesFile

export interface RulesFile {
  /** What the rest differs from. @default 'default' */
  readonly preset?: 'default' | 'segment' | undefined
  /**
   * By type; `*` is for every type that is not named. A number is a limit for ever.
   * @default user_id 1, any other 5
   * @example { anonymous_id: { max: 10, window: 'monthly' }, '*': 5 }
   */
  readonly limits?: Readonly<Record<string, number | Partial<Limit>>> | undefined
  /** Types, the highest first; those not named follow in the order of the alphabet. @default user_id, email */
  readonly priorities?: readonly string[] | undefined
  /**
   * More values that identify nobody: whole texts, and regular expressions as `{ pattern: '^test' }`. Case, space
   * around a value and quotes around it do not count. `{ replace: […] }` blocks these instead of the preset's; a
   * blank is always blocked.
   */
  readonly blocked?: readonly BlockedValue[] | BlockedInstead | undefined
  /** Traits and properties that are identifiers too, in whichever spelling. @example ['customer_id'] */
  readonly identifiers?: readonly string[] | undefined
}

export type BlockedValue = string | { readonly pattern: string }

export interface BlockedInstead {
  readonly replace: readonly BlockedValue[]
}

const PRIORITIES = ['user_id', 'email']

/** @throws TypeError that names what is wrong, its type and what is allowed */
export function rulesFrom(option: RulesOption = 'default'): Rules {
  const file = checked(option)
  const isSegment = file.preset === 'segment'
  const ranks = new Map((file.priorities ?? PRIORITIES).map((type, place) => [type, place]))
  const rank = (type: string) => ranks.get(type) ?? ranks.size
  return {
    limitOf: limitsFrom(file.limits ?? {}),
    compareTypes: (a, b) => rank(a) - rank(b) || (a < b ? -1 : a > b ? 1 : 0),
    isBlocked: blockedBy(blockedFrom(file.blocked ?? [], isSegment)),
    custom: new Set((file.identifiers ?? []).map(nameOf)),
    maxMerges: 100,
    maxMappings: 1000,
    isSegment,
  }
}

function limitsFrom(named: NonNullable<RulesFile['limits']>): Rules['limitOf'] {
  const complete = (limit: number | Partial<Limit>, most: number): Limit =>
    typeof limit === 'number'
      ? { max: limit, window: 'ever' }
      : { max: limit.max ?? most, window: limit.window ?? 'ever' }
  const byType = new Map(Object.entries(named))
  const others = complete(byType.get('*') ?? {}, 5)
  const limits = new Map([['user_id', complete({}, 1)]])
  for (const [type, limit] of byType) {
    limits.set(type, complete(limit, type === 'user_id' ? 1 : others.max))
  }
  return (type) => limits.get(type) ?? others
}

function blockedFrom(
  blocked: NonNullable<RulesFile['blocked']>,
  isSegment: boolean,
): (string | RegExp)[] {
  const isInstead = 'replace' in blocked
  const preset = isSegment ? SEGMENT_BLOCKED : DEFAULT_BLOCKED
  const named = (isInstead ? blocked.replace : blocked).map((each) =>
    typeof each === 'string' ? each : new RegExp(each.pattern),
  )
  return isInstead ? named : [...preset, ...named]
}

function checked(option: RulesOption): RulesFile {
  if (option === 'default' || option === 'segment') return { preset: option }
  if (!isObject(option)) refuse('rules', option, "'default', 'segment' or an object")
  checkNames('rules', option, Object.keys(CHECKS))
  for (const [name, value] of Object.entries(option)) {
    if (value !== undefined) CHECKS[name as keyof RulesFile](value)
  }
  return option
}

const CHECKS: Readonly<Record<keyof RulesFile, (value: unknown) => void>> = {
  preset(value) {
    if (value !== 'default' && value !== 'segment') {
      refuse('rules.preset', value, "'default' or 'segment'")
    }
  },
  limits(value) {
    if (!isObject(value)) refuse('rules.limits', value, 'an object')
    for (const [type, limit] of Object.entries(value)) checkLimit(`rules.limits.${type}`, limit)
  },
  priorities: (value) => checkTexts('rules.priorities', value),
  identifiers: (value) => checkTexts('rules.identifiers', value),
  blocked(value) {
    if (Array.isArray(value)) checkBlocked('rules.blocked', value)
    else if (isObject(value) && Array.isArray(value.replace)) {
      checkNames('rules.blocked', value, ['replace'])
      checkBlocked('rules.blocked.replace', value.replace)
    } else refuse('rules.blocked', value, 'an array or { replace: array }')
  },
}

function checkBlocked(name: string, values: readonly unknown[]): void {
  for (const [index, each] of values.entries()) {
    if (typeof each === 'string') continue
    if (!isObject(each) || typeof each.pattern !== 'string') {
      refuse(`${name}[${index}]`, each, 'a string or { pattern: string }')
    }
    try {
      new RegExp(each.pattern)
    } catch {
      throw new TypeError(`${name}[${index}].pattern is no regular expression`)
    }
  }
}

function checkNames(name: string, value: JsonObject, names: readonly string[]): void {
  for (const each of Object.keys(value)) {
    if (!names.includes(each)) {
      throw new TypeError(`${name}: there is no ${each}; there are ${names.join(', ')}`)
    }
  }
}

function checkLimit(name: string, limit: unknown): void {
  if (isObject(limit)) checkNames(name, limit, ['max', 'window'])
  const max = isObject(limit) ? (limit.max ?? 5) : limit
  if (!Number.isInteger(max) || (max as number) < 1 || (max as number) > 1000) {
    refuse(isObject(limit) ? `${name}.max` : name, max, 'a whole number from 1 to 1,000')
  }
  const window = isObject(limit) ? limit.window : undefined
  const isWindow = typeof window === 'string' && Object.hasOwn(WINDOWS, window)
  if (window !== undefined && !isWindow) {
    refuse(`${name}.window`, window, Object.keys(WINDOWS).join(', '))
  }
}

function checkTexts(name: string, value: unknown): void {
  const isRight =
    Array.isArray(value) && value.every((text) => typeof text === 'string' && text !== '')
  if (!isRight) refuse(name, value, 'an array of non-empty strings')
}

function refuse(name: string, value: unknown, allowed: string): never {
  throw new TypeError(`${name} must be ${allowed}, not ${describeValue(value)}`)
}
