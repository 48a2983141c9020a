// How two ways to resolve the same messages differ: who becomes one person, and who no longer is.
import type { Identifier } from './profile.js'
import { keyOf } from './promote.js'

/** A person, as far as they are known: by their identifiers. */
export type Person = readonly Identifier[]

/**
 * - `joined`: several people become one
 * - `split`: one person becomes several
 * - `regrouped`: several people become several others
 * - `changed`: a person gains or loses identifiers, and nobody else is concerned
 * - `appeared`, `vanished`: a person has no identifier in common with anyone before, or after
 */
export type DifferenceKind = 'joined' | 'split' | 'regrouped' | 'changed' | 'appeared' | 'vanished'

export interface Difference {
  readonly kind: DifferenceKind
  readonly before: readonly Person[]
  readonly after: readonly Person[]
}

export interface PeopleDiff {
  readonly differences: readonly Difference[]
  /** How many people are the same. */
  readonly same: number
  readonly people: { readonly before: number; readonly after: number }
}

/** A person of one side, and those of the other side that share an identifier. */
interface Node {
  readonly person: Person
  readonly isBefore: boolean
  readonly others: Set<Node>
}

/** @param before, after - Each identifier is in one person of each side at most. */
export function diffPeople(before: Iterable<Person>, after: Iterable<Person>): PeopleDiff {
  const owners = new Map<string, Node>()
  const old = [...before].map((person) => ({ person, isBefore: true, others: new Set<Node>() }))
  for (const node of old) {
    for (const { type, value } of node.person) owners.set(keyOf(type, value), node)
  }
  const now = [...after].map((person) => ({ person, isBefore: false, others: new Set<Node>() }))
  for (const node of now) {
    for (const { type, value } of node.person) {
      const owner = owners.get(keyOf(type, value))
      if (owner === undefined) continue
      owner.others.add(node)
      node.others.add(owner)
    }
  }
  const differences: Difference[] = []
  let same = 0
  for (const group of groupsOf([...old, ...now])) {
    const difference = differenceOf(group)
    if (difference === undefined) same += 1
    else differences.push(difference)
  }
  return { differences, same, people: { before: old.length, after: now.length } }
}

/** Those that are connected, however many steps it takes. */
function* groupsOf(nodes: readonly Node[]): Generator<readonly Node[]> {
  const seen = new Set<Node>()
  for (const start of nodes) {
    if (seen.has(start)) continue
    const group = [start]
    seen.add(start)
    for (const node of group) {
      for (const other of node.others) {
        if (seen.has(other)) continue
        seen.add(other)
        group.push(other)
      }
    }
    yield group
  }
}

/** @returns undefined if nothing is different */
function differenceOf(group: readonly Node[]): Difference | undefined {
  const before = group.filter(({ isBefore }) => isBefore).map(({ person }) => person)
  const after = group.filter(({ isBefore }) => !isBefore).map(({ person }) => person)
  const kind = kindOf(before, after)
  return kind === undefined ? undefined : { kind, before, after }
}

function kindOf(before: readonly Person[], after: readonly Person[]): DifferenceKind | undefined {
  if (before.length === 0) return 'appeared'
  if (after.length === 0) return 'vanished'
  if (before.length > 1) return after.length > 1 ? 'regrouped' : 'joined'
  if (after.length > 1) return 'split'
  return areEqual(before[0] ?? [], after[0] ?? []) ? undefined : 'changed'
}

function areEqual(a: Person, b: Person): boolean {
  if (a.length !== b.length) return false
  const keys = new Set(a.map(({ type, value }) => keyOf(type, value)))
  return b.every(({ type, value }) => keys.has(keyOf(type, value)))
}
