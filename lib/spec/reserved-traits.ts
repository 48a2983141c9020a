// The reserved traits, the types that they should have, and common misspellings of them.

import { types } from 'node:util'
import { describeValue } from '../runtime/describe-value.js'
import { isoTime } from './timestamp.js'

type Kind = 'string' | 'number' | 'id' | 'object' | 'date'

/** Segment spec: Identify, Traits. */
const userTraits: Record<string, Kind> = {
  address: 'object',
  age: 'number',
  avatar: 'string',
  birthday: 'date',
  company: 'object',
  createdAt: 'date',
  description: 'string',
  email: 'string',
  firstName: 'string',
  gender: 'string',
  id: 'id',
  lastName: 'string',
  name: 'string',
  phone: 'string',
  title: 'string',
  username: 'string',
  website: 'string',
}

/** Segment spec: Group, Traits. Its examples have `employees` as a number, its table as a string. */
const groupTraits: Record<string, Kind> = {
  address: 'object',
  avatar: 'string',
  createdAt: 'date',
  description: 'string',
  email: 'string',
  employees: 'id',
  id: 'id',
  industry: 'string',
  name: 'string',
  phone: 'string',
  plan: 'string',
  website: 'string',
}

const wanted: Record<Kind, string> = {
  string: 'a string',
  number: 'a number',
  id: 'a string or a number',
  object: 'an object',
  date: 'a Date or an ISO-8601 string',
}

const snake = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

/** Each is understood in camelCase and in snake_case. */
const inBothCases = (table: Record<string, Kind>): ReadonlyMap<string, Kind> =>
  new Map(
    Object.entries(table).flatMap(([name, kind]) => [
      [name, kind],
      [snake(name), kind],
    ]),
  )

const kinds = { identify: inBothCases(userTraits), group: inBothCases(groupTraits) }

const reserved = Object.keys({ ...userTraits, ...groupTraits })
const spellings = new Set(reserved.flatMap((name) => [name, snake(name)]))

/** A name without case and separators: `First Name`, `first-name` and `FIRSTNAME` become one. */
export const bareName = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '')

const byBareName = new Map(reserved.map((name) => [bareName(name), name]))

/** The reserved trait that a name misspells; undefined if it is spelt right, or is not reserved. */
export function meantTrait(name: string): string | undefined {
  if (spellings.has(name) || name.length > 40) return undefined
  return byBareName.get(bareName(name))
}

/**
 * What is wrong with the type of a reserved trait: `email is a number; the Segment spec has a string`. Does not show the
 * value.
 *
 * @returns undefined if it is right, null, or not a reserved trait
 */
export function wrongTrait(
  type: 'identify' | 'group',
  name: string,
  value: unknown,
): string | undefined {
  const kind = kinds[type].get(name)
  if (kind === undefined || value === null || value === undefined || isOf(kind, value))
    return undefined
  const given =
    kind === 'date' && typeof value === 'string'
      ? 'a string that is not a date'
      : describeValue(value)
  return `${name} is ${given}; the Segment spec has ${wanted[kind]}`
}

function isOf(kind: Kind, value: unknown): boolean {
  switch (kind) {
    case 'string':
      return typeof value === 'string'
    case 'number':
      return typeof value === 'number'
    case 'id':
      return typeof value === 'string' || typeof value === 'number'
    case 'object':
      return typeof value === 'object' && !Array.isArray(value)
    case 'date':
      // Unix times are accepted as well, in seconds or milliseconds.
      return typeof value === 'number' || types.isDate(value) || isDateText(value)
  }
}

function isDateText(value: unknown): boolean {
  if (typeof value !== 'string') return false
  try {
    // Birthdays may lie before 1970, which a timestamp may not.
    isoTime(value)
    return true
  } catch {
    return false
  }
}
