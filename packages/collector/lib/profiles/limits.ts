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

function excessOfType(
  profiles: readonly Profile[],
  fresh: readonly Identifier[],
  timestamp: string,
  rules: Rules,
): Excess | undefined {
  const types = new Set(fresh.map(({ type }) => type))
  if (profiles.length > 1) {
    for (const { mappings } of profiles) for (const { type } of mappings) types.add(type)
  }
  for (const type of [...types].sort(rules.compareTypes)) {
    const { max, window } = rules.limitOf(type)
    const since = window === 'ever' ? -Infinity : Date.parse(timestamp) - WINDOWS[window]
    const counts = profiles.map(({ mappings }) => countOf(mappings, type, since))
    const added = fresh.filter((identifier) => identifier.type === type).length
    const total = counts.reduce((all, count) => all + count, added)
    if (total > max && total > Math.max(0, ...counts)) {
      const name =
        window === 'ever'
          ? 'Identifier value limit exceeded'
          : 'Identifier value time limit exceeded'
      return { name, type }
    }
  }
  return undefined
}

function countOf(mappings: readonly Mapping[], type: string, since: number): number {
  let count = 0
  for (const mapping of mappings) {
    if (mapping.type !== type) continue
    if (since === -Infinity || Date.parse(mapping.createdAt) > since) count += 1
  }
  return count
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
