// Traits as one text, for stores that keep texts.
import type { Traits } from '../profiles/profile.js'

/** JSON: `{ "plan": ["basic", "2026-01-31T10:00:00.000Z", 17] }`, value, time and place of each. */
export function traitsToText(traits: Traits): string {
  if (traits.size === 0) return '{}'
  const entries = [...traits].map(
    ([name, { value, timestamp, seq }]) =>
      `${JSON.stringify(name)}:[${JSON.stringify(value)},${JSON.stringify(timestamp)},${seq}]`,
  )
  return `{${entries.join(',')}}`
}

export function traitsFromText(text: string): Traits {
  if (text === '{}') return new Map()
  const entries = Object.entries(JSON.parse(text) as Record<string, [unknown, string, number]>)
  return new Map(
    entries.map(([name, [value, timestamp, seq]]) => [name, { value, timestamp, seq }]),
  )
}
