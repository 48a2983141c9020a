// The messages that made one person of two identifiers, found in the logs.
import type { CollectedMessage } from '../messages/message.js'
import type { LogRow } from './changes.js'
import type { Identifier } from './profile.js'
import { keyOf, promote } from './promote.js'
import type { Rules } from './rules.js'

export interface Logs {
  readonly id_graph_updates: readonly LogRow[]
  readonly external_id_mapping_updates: readonly LogRow[]
  readonly violations: readonly LogRow[]
}

/** A message that tied two identifiers; undefined is one that only a message knew that is no longer kept. */
export interface Tie {
  readonly from: Identifier | undefined
  readonly to: Identifier | undefined
  /** Whether the message brought them: then nobody had them before. */
  readonly isFromNew: boolean
  readonly isToNew: boolean
  /** Whether a profile began with the message. */
  readonly isCreation: boolean
  /** A row of a log that names the message. */
  readonly row: LogRow
}

/** A message that changed which identifiers belong together. */
interface Joint {
  readonly row: LogRow
  readonly added: Set<string>
  isCreation: boolean
  /** What it had, and what had been together before it: those have the same label. */
  readonly labels: Map<string, string>
  readonly profileIds: Set<string>
}

/** Profiles stand among identifiers where a message is no longer kept. */
const PROFILE = '\u0000'

/**
 * The fewest messages that tie the two, in the order from the first to the second. A message ties only what did not
 * belong together before it.
 */
export function tiesBetween(
  [a, b]: readonly [Identifier, Identifier],
  source: Source,
): readonly Tie[] {
  const taken = new Taken(source)
  const ends = [keyOf(a.type, a.value), keyOf(b.type, b.value)] as const
  return tie(ends, source.logs, taken, false) ?? tie(ends, source.logs, taken, true) ?? []
}

function tie(
  [start, end]: readonly [string, string],
  logs: Logs,
  taken: Taken,
  withProfiles: boolean,
): Tie[] | undefined {
  const joints = jointsIn(logs)
  const identifiers = new Map<string, Identifier>()
  for (const row of logs.external_id_mapping_updates) {
    const { type, value } = identifierOf(row)
    identifiers.set(keyOf(type, value), { type, value })
  }
  for (const [messageId, joint] of joints) {
    for (const { type, value } of taken.from(messageId) ?? []) {
      joint.labels.set(keyOf(type, value), '')
      identifiers.set(keyOf(type, value), { type, value })
    }
    if (withProfiles) for (const id of joint.profileIds) joint.labels.set(PROFILE + id, '')
  }
  label(joints.values())
  return search(start, end, [...joints.values()])?.map((hop) => tieOf(hop, identifiers))
}

export interface Source {
  readonly logs: Logs
  readonly messages: Iterable<CollectedMessage>
  readonly rules: Rules
}

export function identifierOf(row: LogRow): Identifier {
  return { type: String(row.external_id_type), value: String(row.external_id_value) }
}

/** What messages brought, the highest-ranked first, without what was left out of them. */
export class Taken {
  readonly #messages: ReadonlyMap<string, CollectedMessage>
  readonly #dropped = new Map<string, Set<string>>()
  readonly #rules: Rules

  constructor({ messages, logs, rules }: Source) {
    this.#messages = new Map([...messages].map((message) => [message.messageId, message]))
    this.#rules = rules
    for (const row of logs.violations) {
      const messageId = String(row.triggering_event_id)
      const { type, value } = identifierOf(row)
      const keys = this.#dropped.get(messageId) ?? new Set()
      this.#dropped.set(messageId, keys.add(keyOf(type, value)))
    }
  }

  /** @returns undefined if the message is no longer kept */
  from(messageId: string): Identifier[] | undefined {
    const message = this.#messages.get(messageId)
    const dropped = this.#dropped.get(messageId)
    return (
      message &&
      promote(message, this.#rules).identifiers.filter(
        ({ type, value }) => dropped?.has(keyOf(type, value)) !== true,
      )
    )
  }
}

/** By message, in the order of arrival. */
function jointsIn(logs: Logs): Map<string, Joint> {
  const joints = new Map<string, Joint>()
  const rows = [...logs.id_graph_updates, ...logs.external_id_mapping_updates]
  for (const row of rows.sort((a, b) => Number(a.seq) - Number(b.seq))) {
    if (row.__operation === 'REMOVED') continue
    const messageId = String(row.triggering_event_id)
    let joint = joints.get(messageId)
    if (joint === undefined) {
      joint = {
        row,
        added: new Set(),
        isCreation: false,
        labels: new Map(),
        profileIds: new Set(),
      }
      joints.set(messageId, joint)
    }
    joint.profileIds.add(String(row.segment_id))
    if (row.canonical_segment_id !== undefined) {
      joint.profileIds.add(String(row.canonical_segment_id))
      if (row.segment_id === row.canonical_segment_id) joint.isCreation = true
    } else {
      const { type, value } = identifierOf(row)
      joint.added.add(keyOf(type, value))
      joint.labels.set(keyOf(type, value), '')
    }
  }
  return joints
}

/** Says of each joint which of its identifiers had been together before it. */
function label(joints: Iterable<Joint>): void {
  const parents = new Map<string, string>()
  const rootOf = (key: string): string => {
    let root = key
    for (let up = parents.get(root); up !== undefined; up = parents.get(root)) root = up
    for (let each = key; each !== root;) {
      const up = parents.get(each) ?? root
      parents.set(each, root)
      each = up
    }
    return root
  }
  for (const { labels } of joints) {
    const [first] = labels.keys()
    for (const key of labels.keys()) labels.set(key, rootOf(key))
    for (const root of new Set(labels.values())) {
      const into = rootOf(first ?? root)
      if (rootOf(root) !== into) parents.set(rootOf(root), into)
    }
  }
}

interface Hop {
  readonly from: string
  readonly to: string
  readonly joint: Joint
}

/** Breadth first: each identifier is reached in the fewest steps, and by the earliest of messages that do as well. */
function search(start: string, end: string, joints: readonly Joint[]): Hop[] | undefined {
  const byKey = new Map<string, Joint[]>()
  for (const joint of joints) {
    for (const key of joint.labels.keys()) {
      const list = byKey.get(key)
      if (list === undefined) byKey.set(key, [joint])
      else list.push(joint)
    }
  }
  const reached = new Map<string, Hop | undefined>([[start, undefined]])
  for (const from of reached.keys()) {
    if (from === end) return pathTo(end, reached)
    for (const joint of byKey.get(from) ?? []) {
      for (const [to, other] of joint.labels) {
        if (reached.has(to) || other === joint.labels.get(from)) continue
        reached.set(to, { from, to, joint })
      }
    }
  }
  return undefined
}

function pathTo(end: string, reached: ReadonlyMap<string, Hop | undefined>): Hop[] {
  const path: Hop[] = []
  for (let hop = reached.get(end); hop !== undefined; hop = reached.get(hop.from)) path.push(hop)
  return path.reverse()
}

function tieOf({ from, to, joint }: Hop, identifiers: ReadonlyMap<string, Identifier>): Tie {
  return {
    from: identifiers.get(from),
    to: identifiers.get(to),
    isFromNew: joint.added.has(from),
    isToNew: joint.added.has(to),
    isCreation: joint.isCreation,
    row: joint.row,
  }
}
