// What a change of a plan does to messages that were as planned.

import { named, nameless, type PlanDocument } from '../document/document.js'
import type { Change } from './change.js'
import { compareSchemas } from './compare-schemas.js'

const words = { events: 'event', pages: 'page', screens: 'screen' } as const
const callOf = { traits: 'identify', groupTraits: 'group' } as const

export function comparePlans(a: PlanDocument, b: PlanDocument): Change[] {
  const changes: Change[] = []
  const isOpen = b.unplanned === 'allow'
  if (a.unplanned !== b.unplanned) {
    const what = isOpen ? 'others are allowed now' : 'only the planned ones are allowed now'
    changes.push({ place: 'events, pages and screens', what, breaks: !isOpen })
  }
  for (const part of named) changes.push(...namedChanges(a, b, part))
  for (const part of nameless) {
    const place = `${callOf[part]}, traits`
    changes.push(...compareSchemas(a[part] ?? {}, b[part] ?? {}, place))
  }
  return changes
}

function namedChanges(a: PlanDocument, b: PlanDocument, part: (typeof named)[number]): Change[] {
  const [before, after] = [a[part], b[part]]
  const place = `${words[part]}s`
  if (before === undefined && after === undefined) return []
  if (after === undefined) return [{ place, what: 'any is allowed now', breaks: false }]
  if (before === undefined) {
    const what = `were not planned, and are now: ${[...after.keys()].join(', ')}`
    return [{ place, what, breaks: true }]
  }
  const changes: Change[] = []
  for (const name of new Set([...before.keys(), ...after.keys()])) {
    const of = `${words[part]} ${JSON.stringify(name)}`
    const [old, now] = [before.get(name), after.get(name)]
    if (old === undefined) changes.push({ place: of, what: 'new', breaks: false })
    else if (now === undefined) {
      changes.push({ place: of, what: 'is gone', breaks: b.unplanned === 'refuse' })
    } else changes.push(...compareSchemas(old, now, `${of}, properties`))
  }
  return changes
}
