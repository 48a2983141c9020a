// The traits that have a meaning of their own, and spellings that miss it.

/** Segment spec: Identify, Group. Each is understood in camelCase and in snake_case. */
const reserved = [
  'address',
  'age',
  'avatar',
  'birthday',
  'company',
  'createdAt',
  'description',
  'email',
  'employees',
  'firstName',
  'gender',
  'id',
  'industry',
  'lastName',
  'name',
  'phone',
  'plan',
  'title',
  'username',
  'website',
]

const snake = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

const spellings = new Set(reserved.flatMap((name) => [name, snake(name)]))
const bare = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '')
const byBare = new Map(reserved.map((name) => [bare(name), name]))

/** Shorter names are one letter away from too many others: `ape`, `ice`, `mid`. */
const shortestFuzzy = 5

/** The reserved trait that a name seems to be meant for, where it is spelt otherwise; undefined where it is not. */
export function meantTrait(name: string): string | undefined {
  if (spellings.has(name) || name.length > 40) return undefined
  const own = bare(name)
  const same = byBare.get(own)
  if (same !== undefined) return same
  if (own.length < shortestFuzzy) return undefined
  for (const [other, trait] of byBare) {
    if (other.length >= shortestFuzzy && areOneApart(own, other)) return trait
  }
  return undefined
}

/** Whether one letter more, less, another one, or two neighbours changed over make one text of the other. */
function areOneApart(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1) return false
  let start = 0
  while (start < a.length && a[start] === b[start]) start++
  if (
    a.slice(start + (a.length >= b.length ? 1 : 0)) ===
    b.slice(start + (b.length >= a.length ? 1 : 0))
  ) {
    return true
  }
  return (
    a.length === b.length &&
    a[start] === b[start + 1] &&
    a[start + 1] === b[start] &&
    a.slice(start + 2) === b.slice(start + 2)
  )
}
