// Parses the values of options.

import { InvalidArgumentError } from 'commander'

export function wholeNumber(min: number, max = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const number = Number(text)
    if (/^\d+$/.test(text) && number >= min && number <= max) return number
    const upper = max === Number.MAX_SAFE_INTEGER ? 'or more' : `to ${max}`
    throw new InvalidArgumentError(`Allowed: a whole number, ${min} ${upper}.`)
  }
}

export function positiveOrZero(text: string): number {
  const number = Number(text)
  if (/^\d+(\.\d+)?$/.test(text) && Number.isFinite(number)) return number
  throw new InvalidArgumentError('Allowed: a number, 0 or more.')
}

/** Splits `a,b`. The option may be given several times. */
export function list(text: string, previous: string[] | undefined): string[] {
  const parts = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
  return [...(previous ?? []), ...parts]
}

/** For an option that may be given several times, each with one value. */
export function repeated(text: string, previous: string[] | undefined): string[] {
  return [...(previous ?? []), text]
}

/** One character, or the word for one. */
export function character(text: string): string {
  const known: Partial<Record<string, string>> = { tab: '\t', '\\t': '\t' }
  const value = known[text] ?? text
  if (/^[\t\x20-\x7e]$/.test(value)) return value
  throw new InvalidArgumentError("Allowed: one ASCII character, or 'tab'.")
}
