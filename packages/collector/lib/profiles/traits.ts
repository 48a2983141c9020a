// Traits over time: of each, the newest value counts.
import type { JsonObject } from '../messages/message.js'
import type { Trait, Traits } from './profile.js'

/** When a value was set: by its message's timestamp, and if that is the same, by its place in the order of arrival. */
export interface Moment {
  readonly timestamp: string
  readonly seq: number
}

export function isNewer(a: Moment, b: Moment): boolean {
  if (a.timestamp === b.timestamp) return a.seq > b.seq
  // ISO 8601 of the years 0 to 9999 sorts as text.
  return a.timestamp.length === b.timestamp.length
    ? a.timestamp > b.timestamp
    : Date.parse(a.timestamp) > Date.parse(b.timestamp)
}

/** Sets what is newer than what is known. `null` removes a trait, '' is a value (Segment: custom traits). */
export function setTraits(known: Traits, traits: JsonObject, moment: Moment): JsonObject {
  const changed: JsonObject = Object.create(null) as JsonObject
  for (const [name, value] of Object.entries(traits)) {
    const before = known.get(name)
    if (before !== undefined && !isNewer(moment, before)) continue
    known.set(name, { value, timestamp: moment.timestamp, seq: moment.seq })
    changed[name] = value
  }
  return changed
}

/** Of each trait the newer one. */
export function mergeTraits(into: Traits, from: Traits): JsonObject {
  const changed: JsonObject = Object.create(null) as JsonObject
  for (const [name, trait] of from) {
    const before = into.get(name)
    if (before !== undefined && !isNewer(trait, before)) continue
    into.set(name, trait)
    changed[name] = trait.value
  }
  return changed
}

/** The traits as they are: without those that were removed, and with a name if its parts are known (Segment: Identify). */
export function traitsOf({ traits }: { readonly traits: Traits }): JsonObject {
  const values: [string, unknown][] = []
  for (const [name, { value }] of traits) if (value !== null) values.push([name, value])
  if (!isSet(traits.get('name'))) {
    const name = fullName((key) => traits.get(key)?.value)
    if (name !== undefined) values.push(['name', name])
  }
  // A key such as __proto__ is data.
  return Object.fromEntries(values)
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
