// The values that the messages of the list have: what a filter is likely to ask for.
import type { Seen } from './completion.js'
import type { Row } from './row.js'

const MOST = 50

export function seenIn(rows: readonly Row[]): Seen {
  const values = {
    event: new Set<string>(),
    name: new Set<string>(),
    user: new Set<string>(),
    anonymous: new Set<string>(),
    source: new Set<string>(),
    violation: new Set<string>(),
    code: new Set<string>(),
  }
  const add = (set: Set<string>, value: string) => {
    if (value !== '' && !value.endsWith('…') && set.size < MOST) set.add(value)
  }
  for (const { type, name, user, anonymous, source, marks } of rows) {
    add(type === 'track' ? values.event : values.name, name)
    add(values.user, user)
    add(values.anonymous, anonymous)
    add(values.source, source)
    for (const { kind, text } of marks) {
      if (kind === 'violation') add(values.violation, text)
      if (kind === 'discarded') add(values.code, text)
    }
  }
  return Object.fromEntries(Object.entries(values).map(([key, set]) => [key, [...set]]))
}
