// Checks of the developer's arguments. The errors show the name, the type and what is allowed, but never the value.

import { describeValue } from '../../runtime/describe-value.js'
import { isList, isObject } from './probe.js'

export function wrongArgument(argument: string, allowed: string, value: unknown): TypeError {
  return new TypeError(`${argument} is ${describeValue(value)}; allowed: ${allowed}`)
}

/** @throws TypeError if options are given and not an object */
export function checkOptions(options: unknown, caller: string): void {
  if (options !== undefined && (!isObject(options) || isList(options))) {
    throw wrongArgument(`${caller}: options`, 'an object', options)
  }
}

export function checkBoolean(value: unknown, argument: string): boolean {
  if (value === undefined) return false
  if (typeof value !== 'boolean') throw wrongArgument(argument, 'true or false', value)
  return value
}

/** @throws TypeError if the text is given and not a non-empty string */
export function checkText(value: unknown, argument: string): string | undefined {
  if (value === undefined) return undefined
  if (typeof value !== 'string' || value === '') {
    throw wrongArgument(argument, 'a non-empty string', value)
  }
  return value
}

// The token of RFC 6265, section 4.1.1: other characters would end the name or the header.
const cookieName = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/

/** @throws TypeError if the name is given and not possible for a cookie */
export function checkCookieName(value: unknown, argument: string): string | undefined {
  if (value === undefined) return undefined
  if (typeof value !== 'string' || !cookieName.test(value)) {
    throw wrongArgument(
      argument,
      'a cookie name (letters, digits, and no space, ";" or "=")',
      value,
    )
  }
  return value
}
