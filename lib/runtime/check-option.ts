// Checks shared by several options. Each throws a TypeError that names the option, the value and what is allowed.

import { describeValue } from './describe-value.js'
import { warn } from './warnings.js'

export function wrong(name: string, given: string, allowed: string): TypeError {
  return new TypeError(`option ${name} is ${given}; allowed: ${allowed}`)
}

/** A value as an error may show it: numbers and short words as they are, anything else by its type. */
export function shown(value: unknown): string {
  return typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : typeof value === 'string' && value.length <= 40
      ? JSON.stringify(value)
      : describeValue(value)
}

/** An unknown option is a typo, or an option of another library: worth a warning, not a crash. */
export function warnOfUnknown(names: readonly string[]): void {
  if (names.length === 0) return
  const options = names.length === 1 ? 'option' : 'options'
  warn(
    'SELFSAME_UNKNOWN_OPTION',
    `Analytics does not know the ${options} ${names.join(', ')}; see docs/options.md`,
  )
}

/** The range of a whole number. */
export interface IntegerBounds {
  readonly default: number
  readonly min: number
  /** @default the largest safe integer; Infinity also allows Infinity itself */
  readonly max?: number
}

export function integer<O extends object>(
  options: O,
  name: keyof O & string,
  { default: standard, min, max = Number.MAX_SAFE_INTEGER }: IntegerBounds,
): number {
  const value: unknown = options[name]
  if (value === undefined) return standard
  const isAllowed = typeof value === 'number' && value >= min && value <= max
  if (isAllowed && (Number.isInteger(value) || value === Infinity)) return value
  const upper = max >= Number.MAX_SAFE_INTEGER ? 'or more' : `to ${max}`
  const orInfinity = max === Infinity ? ', or Infinity' : ''
  throw wrong(name, shown(value), `a whole number, ${min} ${upper}${orInfinity}`)
}

export function boolean<O extends object>(
  options: O,
  name: keyof O & string,
  standard: boolean,
): boolean {
  const value: unknown = options[name]
  if (value === undefined) return standard
  if (typeof value === 'boolean') return value
  throw wrong(name, shown(value), 'true or false')
}

/** The first of the allowed values is the default. */
export function oneOf<O extends object, const V extends string>(
  options: O,
  name: keyof O & string,
  allowed: readonly [V, ...V[]],
): V {
  const value: unknown = options[name]
  if (value === undefined) return allowed[0]
  const known = allowed.find((each) => each === value)
  if (known !== undefined) return known
  throw wrong(name, shown(value), allowed.map((each) => `'${each}'`).join(' or '))
}
