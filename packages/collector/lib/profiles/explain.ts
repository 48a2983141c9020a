// Why two identifiers are one person: the messages that tied them. Or why they are not: what kept them apart.
import type { CollectedMessage } from '../messages/message.js'
import type { LogRow } from './changes.js'
import type { Identifier, Profile } from './profile.js'
import { keyOf } from './promote.js'
import { dayOf, nameOf, sentenceOfTie, sentenceOfViolation } from './sentences.js'
import { identifierOf, type Logs, type Source, Taken, type Tie, tiesBetween } from './ties.js'

/** What is known of the profiles of two identifiers. */
export interface Evidence extends Source {
  readonly identifiers: readonly [Identifier, Identifier]
  /** The profile that each belongs to; undefined if it belongs to none. */
  readonly profiles: readonly [Profile | undefined, Profile | undefined]
  /** All rows that name one of the profiles or of those merged into them; of an identifier without, those of its violations. */
  readonly logs: Logs
  /** Of the identifiers: rows of other spaces are left out. Needed only if an identifier belongs to nobody. */
  readonly space?: string | undefined
  /** The messages of `messageIdsIn(logs)`, as far as they are kept. Without one, its step says less. */
  readonly messages: Iterable<CollectedMessage>
}

export interface Step {
  /** What the message has in common with the step before, and with the step after. */
  readonly from: Identifier | undefined
  readonly to: Identifier | undefined
  readonly messageId: string
  /** ISO 8601, UTC. */
  readonly timestamp: string
  readonly type: string
  readonly source: string
  /** What became of the identifiers. */
  readonly rule: 'created' | 'added' | 'merged' | 'split' | 'left out'
  /** The name of the violation, if something was left out. */
  readonly violation: string | undefined
  /** In plain English. */
  readonly sentence: string
}

export interface Explanation {
  readonly areOne: boolean
  readonly summary: string
  /** If they are one, from the first identifier to the second. If not, what kept them apart, the oldest first. */
  readonly steps: readonly Step[]
}

/** The messages that an explanation reads. */
export function messageIdsIn(logs: Logs): string[] {
  const rows = [...logs.id_graph_updates, ...logs.external_id_mapping_updates, ...logs.violations]
  return [...new Set(rows.map((row) => String(row.triggering_event_id)))]
}

export function explain(evidence: Evidence): Explanation {
  const { identifiers, profiles } = evidence
  const [a, b] = identifiers
  const [ofA, ofB] = profiles
  if (ofA === undefined || ofB === undefined) return explainUnknown(evidence)
  if (ofA.id !== ofB.id) return explainApart(evidence, ofA, ofB)
  if (keyOf(a.type, a.value) === keyOf(b.type, b.value)) {
    return { areOne: true, summary: `${nameOf(a)} is one identifier.`, steps: [] }
  }
  const steps = tiesBetween(identifiers, evidence).map(tieStep)
  const count = steps.length === 1 ? 'One message ties' : `${steps.length} messages tie`
  return {
    areOne: true,
    summary: `${nameOf(a)} and ${nameOf(b)} are one person. ${count} them together.`,
    steps,
  }
}

/** One of them belongs to nobody. */
function explainUnknown(evidence: Evidence): Explanation {
  const steps: Step[] = []
  const sentences: string[] = []
  for (const [index, identifier] of evidence.identifiers.entries()) {
    if (evidence.profiles[index] !== undefined) continue
    const rows = evidence.logs.violations.filter(
      (row) =>
        (evidence.space === undefined || row.space === evidence.space) &&
        row.external_id_type === identifier.type &&
        row.external_id_value === identifier.value,
    )
    steps.push(...violationSteps(rows, evidence))
    sentences.push(
      rows.length === 0
        ? `No message brought ${nameOf(identifier)}.`
        : `${nameOf(identifier)} belongs to nobody: it was left out of each message that had it.`,
    )
  }
  return { areOne: false, summary: sentences.join(' '), steps }
}

function explainApart(evidence: Evidence, ofA: Profile, ofB: Profile): Explanation {
  const [a, b] = evidence.identifiers
  const sideA = sideOf(ofA)
  const sideB = sideOf(ofB)
  const isBetween = (one: unknown, other: unknown) =>
    (sideA.has(one) && sideB.has(other)) || (sideB.has(one) && sideA.has(other))
  const left = evidence.logs.violations.filter((row) =>
    isBetween(row.segment_id, row.conflicting_segment_id),
  )
  const areSplit = ofA.apart.some((id) => sideB.has(id)) || ofB.apart.some((id) => sideA.has(id))
  const reason = areSplit
    ? 'They were split by hand.'
    : left.length === 0
      ? 'No message had an identifier of each.'
      : 'Messages had an identifier of each, but one was left out.'
  return {
    areOne: false,
    summary: `${nameOf(a)} and ${nameOf(b)} are two people. ${reason}`,
    steps: [...(areSplit ? splitSteps(evidence, ofA, ofB) : []), ...violationSteps(left, evidence)],
  }
}

function splitSteps({ logs }: Evidence, ofA: Profile, ofB: Profile): Step[] {
  return logs.external_id_mapping_updates.flatMap((row) => {
    const identifier = identifierOf(row)
    if (row.__operation !== 'REMOVED' || (!has(ofA, identifier) && !has(ofB, identifier))) return []
    const sentence = `${nameOf(identifier)} was split off by hand (${dayOf(row)}), and no message joins it again.`
    return [{ ...headOf(row), from: identifier, to: undefined, rule: 'split' as const, sentence }]
  })
}

function violationSteps(rows: readonly LogRow[], evidence: Evidence): Step[] {
  const taken = new Taken(evidence)
  return rows
    .toSorted((a, b) => Number(a.seq) - Number(b.seq))
    .map((row) => violationStep(row, taken, evidence))
}

function violationStep(row: LogRow, taken: Taken, { profiles, rules }: Evidence): Step {
  const { triggering_event_id: messageId, conflicting_segment_id: ownerId } = row
  const counterpart = taken.from(String(messageId))?.[0]
  const owner = profiles.find((profile) => profile !== undefined && sideOf(profile).has(ownerId))
  return {
    ...headOf(row),
    from: counterpart,
    to: row.external_id_type === null ? undefined : identifierOf(row),
    rule: 'left out',
    violation: String(row.name),
    sentence: sentenceOfViolation(row, rules, counterpart, owner),
  }
}

function tieStep(tie: Tie): Step {
  const { from, to, row, isFromNew, isToNew, isCreation } = tie
  const isNew = isFromNew || isToNew
  const rule = isFromNew && isToNew && isCreation ? 'created' : isNew ? 'added' : 'merged'
  return {
    ...headOf(row),
    from,
    to,
    rule: row.triggering_event_type === 'split' ? 'split' : rule,
    sentence: sentenceOfTie(tie),
  }
}

function headOf(row: LogRow) {
  return {
    messageId: String(row.triggering_event_id),
    timestamp: String(row.timestamp),
    type: String(row.triggering_event_type),
    source: String(row.triggering_event_source_name),
    violation: undefined,
  }
}

function has({ mappings }: Profile, { type, value }: Identifier): boolean {
  return mappings.some((mapping) => mapping.type === type && mapping.value === value)
}

/** A profile's id, and those that were merged into it. */
function sideOf({ id, merged }: Profile): ReadonlySet<unknown> {
  return new Set([id, ...merged])
}
