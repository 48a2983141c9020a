// The traits that have a meaning of their own, and spellings that miss it.

/** Segment spec: Identify, Group. Each is understood in camelCase and in snake_case. */
const reserved = [
  ...['address', 'age', 'avatar', 'birthday', 'company', 'createdAt', 'description', 'email'],
  ...['employees', 'firstName', 'gender', 'id', 'industry', 'lastName', 'name', 'phone', 'plan'],
  ...['title', 'username', 'website'],
]

const snake = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

const spellings = new Set(reserved.flatMap((name) => [name, snake(name)]))

/** A name without what spellings differ by: `First Name`, `first-name` and `FIRSTNAME` are one. */
export const bareName = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '')

const byBareName = new Map(reserved.map((name) => [bareName(name), name]))

/** The reserved trait that a name is another spelling of; undefined if it is one itself, or none. */
export function meantTrait(name: string): string | undefined {
  if (spellings.has(name) || name.length > 40) return undefined
  return byBareName.get(bareName(name))
}
