// How a person came together, moment by moment: the messages that brought identifiers, tied them, or failed to.
import type { LogRow } from './changes.js'
import type { Identifier, Profile } from './profile.js'
import { keyOf } from './promote.js'
import { nameOf, reasonOfViolation } from './sentences.js'
import { identifierOf, type Logs, type Source, Taken } from './ties.js'

/** What an identifier had to do with a moment. */
export interface Part extends Identifier {
  /** `new`: nobody had it before. `left out`: a rule kept it from being joined. `split off`: it was taken out by hand. */
  readonly role: 'new' | 'known' | 'left out' | 'split off'
  /** If it was left out: the name of the rule. */
  readonly rule?: string | undefined
  /** If it was left out: the profile that it belongs to. */
  readonly ownerId?: string | undefined
}

/** A message that changed who belongs together, or whose identifiers were not joined. */
export interface Moment {
  readonly messageId: string
  /** Its place in the order of arrival. */
  readonly seq: number
  /** ISO 8601, UTC. */
  readonly timestamp: string
  /** `track`, `identify` …, or `split`. */
  readonly type: string
  /** Of the event, page or screen. */
  readonly name: string | undefined
  readonly source: string
  /** The profile that the message was counted to, at that time; null if it was counted to none. */
  readonly profileId: string | null
  readonly parts: readonly Part[]
  readonly what: 'created' | 'added' | 'merged' | 'left out' | 'split'
  /** In plain English. */
  readonly sentence: string
}

export interface MomentsSource extends Source {
  /** The profiles that identifiers which were left out belong to, by id: those merged into others too. */
  readonly owners: ReadonlyMap<string, Profile>
}

/** The rows that one message caused. */
interface Rows {
  readonly graph: LogRow[]
  readonly mappings: LogRow[]
  readonly violations: LogRow[]
}

/** In the order in which they came. */
export function momentsOf(source: MomentsSource): Moment[] {
  const taken = new Taken(source)
  const moments = [...byMessage(source.logs)].flatMap(([messageId, rows]) => {
    const known = taken.from(messageId) ?? []
    return momentOf(rows, known, source) ?? []
  })
  return moments.sort((a, b) => a.seq - b.seq)
}

/** The ids of the profiles that violations name as the owners of what was left out. */
export function ownerIdsIn({ violations }: Pick<Logs, 'violations'>): string[] {
  const ids = violations.map(({ conflicting_segment_id: id }) => id)
  return [...new Set(ids.filter((id) => typeof id === 'string'))]
}

function byMessage(logs: Logs): Map<string, Rows> {
  const found = new Map<string, Rows>()
  const add = (log: keyof Rows, rows: readonly LogRow[]) => {
    for (const row of rows) {
      const messageId = String(row.triggering_event_id)
      const of = found.get(messageId) ?? { graph: [], mappings: [], violations: [] }
      of[log].push(row)
      found.set(messageId, of)
    }
  }
  add('graph', logs.id_graph_updates)
  add('mappings', logs.external_id_mapping_updates)
  add('violations', logs.violations)
  return found
}

function momentOf(
  rows: Rows,
  known: readonly Identifier[],
  source: MomentsSource,
): Moment | undefined {
  const [row] = [...rows.mappings, ...rows.graph, ...rows.violations]
  if (row === undefined) return undefined
  const parts = partsOf(rows, known)
  const what = whatOf(rows)
  return {
    messageId: String(row.triggering_event_id),
    seq: Number(row.seq),
    timestamp: String(row.timestamp),
    type: String(row.triggering_event_type),
    name: typeof row.triggering_event_name === 'string' ? row.triggering_event_name : undefined,
    source: String(row.triggering_event_source_name),
    profileId: typeof row.segment_id === 'string' ? row.segment_id : null,
    parts,
    what,
    sentence: sentenceOf(what, parts, rows, source),
  }
}

function partsOf({ mappings, violations }: Rows, known: readonly Identifier[]): Part[] {
  const parts = new Map<string, Part>()
  const add = (part: Part) => parts.set(keyOf(part.type, part.value), part)
  for (const identifier of known) add({ ...identifier, role: 'known' })
  for (const row of mappings) {
    const role = row.__operation === 'REMOVED' ? 'split off' : 'new'
    const before = parts.get(keyOf(identifierOf(row).type, identifierOf(row).value))
    // A split takes it out of one profile, and gives it to another.
    if (before?.role !== 'split off') add({ ...identifierOf(row), role })
  }
  for (const row of violations) {
    if (row.external_id_type === null) continue
    const owner = row.conflicting_segment_id
    add({
      ...identifierOf(row),
      role: 'left out',
      rule: String(row.name),
      ownerId: typeof owner === 'string' ? owner : undefined,
    })
  }
  return [...parts.values()]
}

function whatOf({ graph, mappings, violations }: Rows): Moment['what'] {
  if (mappings.some((row) => row.__operation === 'REMOVED')) return 'split'
  if (graph.some((row) => row.segment_id !== row.canonical_segment_id)) return 'merged'
  if (graph.length > 0) return 'created'
  return mappings.length > 0 || violations.length === 0 ? 'added' : 'left out'
}

function sentenceOf(
  what: Moment['what'],
  parts: readonly Part[],
  { violations }: Rows,
  { rules, owners }: MomentsSource,
): string {
  const named = (role: Part['role']) => listed(parts.filter((part) => part.role === role))
  const added = parts.filter(({ role }) => role === 'new').length === 1 ? 'was new' : 'were new'
  const reasons = violations.flatMap((row) => {
    if (row.external_id_type === null) return []
    const owner = owners.get(String(row.conflicting_segment_id))
    const { type, value } = identifierOf(row)
    return `${reasonOfViolation(row, rules, owner)}, so ${nameOf({ type, value })} was left out.`
  })
  const joined = {
    created: `A person began with ${named('new')}.`,
    added:
      named('known') === ''
        ? `${named('new')} ${added}, and joined the person.`
        : `${named('new')} ${added}, and joined the person of ${named('known')}.`,
    merged: `${listed(parts.filter(({ role }) => role !== 'left out'))} belonged to two people, who became one.`,
    split: `${named('split off')} was split off by hand.`,
    'left out': '',
  }[what]
  return [joined, ...reasons].filter((each) => each !== '').join(' ')
}

function listed(identifiers: readonly Identifier[]): string {
  const names = identifiers.map(nameOf)
  const last = names.pop()
  if (last === undefined) return ''
  return names.length === 0 ? last : `${names.join(', ')} and ${last}`
}
