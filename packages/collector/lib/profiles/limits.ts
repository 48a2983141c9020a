// Whether a profile would become more than a person can be.
import type { ViolationName } from './logs.js'
import type { Identifier, Mapping, Profile } from './profile.js'
import { type Rules, WINDOWS } from './rules.js'

export interface Excess {
  readonly name: ViolationName
  /** The type of which there would be too many. */
  readonly type: string | undefined
}

/**
 * What stands against making one profile of these, with these new identifiers. Only what would grow counts: a profile
 * that is over a limit already, since rules changed, may still gain identifiers of other types.
 */
export function excessOf(
  profiles: readonly Profile[],
  fresh: readonly Identifier[],
  timestamp: string,
  rules: Rules,
): Excess | undefined {
  if (profiles.length > 1) {
    if (areApart(profiles)) return { name: 'Identifier split off', type: undefined }
    const merges = sum(profiles, ({ merged }) => merged.length) + profiles.length - 1
    if (merges > rules.maxMerges) return { name: 'Profile merge limit exceeded', type: undefined }
  }
  const byType = excessOfType(profiles, fresh, timestamp, rules)
  if (byType !== undefined) return byType
  const mappings = sum(profiles, (profile) => profile.mappings.length) + fresh.length
  return mappings > rules.maxMappings
    ? { name: 'Identifier mapping limit exceeded', type: undefined }
    : undefined
}

interface Count {
  /** In all profiles and among what is new. */
  total: number
  /** The most that one of the profiles has. */
  most: number
}

function excessOfType(
  profiles: readonly Profile[],
  fresh: readonly Identifier[],
  timestamp: string,
  rules: Rules,
): Excess | undefined {
  const counts = new Map<string, Count>()
  for (const { type } of fresh) {
    const count = counts.get(type)
    if (count === undefined) counts.set(type, { total: 1, most: 0 })
    else count.total += 1
  }
  const at = Date.parse(timestamp)
  for (const { mappings } of profiles) {
    // A profile alone grows only by what is new.
    const isGrowing = (type: string) => profiles.length > 1 || counts.has(type)
    for (const [type, own] of countsOf(mappings, isGrowing, at, rules)) {
      const count = counts.get(type)
      if (count === undefined) counts.set(type, { total: own, most: own })
      else {
        count.total += own
        count.most = Math.max(count.most, own)
      }
    }
  }
  let first: string | undefined
  for (const [type, { total, most }] of counts) {
    if (total <= rules.limitOf(type).max || total <= most) continue
    if (first === undefined || rules.compareTypes(type, first) < 0) first = type
  }
  if (first === undefined) return undefined
  const isEver = rules.limitOf(first).window === 'ever'
  const name = isEver ? 'Identifier value limit exceeded' : 'Identifier value time limit exceeded'
  return { name, type: first }
}

/** How many a profile has of each type, in the window of its limit. */
function countsOf(
  mappings: readonly Mapping[],
  isCounted: (type: string) => boolean,
  at: number,
  rules: Rules,
): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { type, createdAt } of mappings) {
    if (!isCounted(type)) continue
    const { window } = rules.limitOf(type)
    if (window !== 'ever' && Date.parse(createdAt) <= at - WINDOWS[window]) continue
    counts.set(type, (counts.get(type) ?? 0) + 1)
  }
  return counts
}

/** Whether a split keeps two of them apart, or two of those that were merged into them. */
function areApart(profiles: readonly Profile[]): boolean {
  return profiles.some((profile) => {
    if (profile.apart.length === 0) return false
    const apart = new Set(profile.apart)
    return profiles.some(
      (other) => other !== profile && [other.id, ...other.merged].some((id) => apart.has(id)),
    )
  })
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0)
}
