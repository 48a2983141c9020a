// Traits over time: of each, the newest value counts.
import type { JsonObject } from '../messages/message.js'
import type { Trait, Traits } from './profile.js'

/** When a value was set: by its message's timestamp, and if that is the same, by its place in the order of arrival. */
export interface Moment {
  readonly timestamp: string
  readonly seq: number
}

export function isNewer(a: Moment, b: Moment): boolean {
  return a.timestamp === b.timestamp ? a.seq > b.seq : isLater(a.timestamp, b.timestamp)
}

/** @param a, b - ISO 8601, UTC, with milliseconds */
export function isLater(a: string, b: string): boolean {
  // Those of the years 0 to 9999 sort as text; those before Christ in the wrong order.
  const isText = a.length === b.length && !a.startsWith('-')
  return isText ? a > b : Date.parse(a) > Date.parse(b)
}

export interface TraitChanges {
  /** Whether anything is newer, be it only the time of a value. */
  readonly isNewer: boolean
  /** What has another value now; null if it was removed. */
  readonly changed: JsonObject
}

/** Sets what is newer than what is known. `null` removes a trait, '' is a value (Segment: custom traits). */
export function setTraits(
  known: Traits,
  traits: JsonObject,
  { timestamp, seq }: Moment,
): TraitChanges {
  const changes = new Changes()
  for (const [name, value] of Object.entries(traits)) {
    changes.set(known, name, { value, timestamp, seq })
  }
  return changes
}

/** Of each trait the newer one. */
export function mergeTraits(into: Traits, from: Traits): TraitChanges {
  const changes = new Changes()
  for (const [name, trait] of from) changes.set(into, name, trait)
  return changes
}

class Changes implements TraitChanges {
  isNewer = false
  // Without a prototype: a key such as __proto__ is data.
  readonly changed = Object.create(null) as JsonObject

  set(known: Traits, name: string, trait: Trait): void {
    const before = known.get(name)
    if (before !== undefined && !isNewer(trait, before)) return
    known.set(name, trait)
    this.isNewer = true
    if (!isSame(before?.value ?? null, trait.value)) this.changed[name] = trait.value
  }
}

function isSame(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b
  return JSON.stringify(a) === JSON.stringify(b)
}

/** The traits as they are: without those that were removed, and with a name if its parts are known. */
export function traitsOf({ traits }: { readonly traits: Traits }): JsonObject {
  return valuesOf(withName(traits))
}

/** The traits that were not removed. A key such as __proto__ is data. */
export function valuesOf(traits: Traits): JsonObject {
  const given = [...traits].filter(([, { value }]) => value !== null)
  return Object.fromEntries(given.map(([name, { value }]) => [name, value]))
}

/** With a name as old as the newer of its parts, if only those are known (Segment spec: Identify). */
export function withName(traits: Traits): Traits {
  if (isSet(traits.get('name'))) return traits
  const name = fullName((key) => traits.get(key)?.value)
  const first = traits.get('firstName') ?? traits.get('first_name')
  const last = traits.get('lastName') ?? traits.get('last_name')
  if (name === undefined || first === undefined || last === undefined) return traits
  const newer = isNewer(first, last) ? first : last
  return new Map([...traits, ['name', { ...newer, value: name }]])
}

/** The name of somebody of whom only its parts were given, in whichever spelling. */
export function fullName(valueOf: (key: string) => unknown): string | undefined {
  const first = valueOf('firstName') ?? valueOf('first_name')
  const last = valueOf('lastName') ?? valueOf('last_name')
  if (typeof first !== 'string' || typeof last !== 'string') return undefined
  const name = `${first} ${last}`.trim()
  return name === '' ? undefined : name
}

function isSet(trait: Trait | undefined): boolean {
  return trait !== undefined && trait.value !== null
}
