// A message as the list has it: short, so that 500 of them are little, however large they are.
import { type Fields, isFields, type MessageView } from '../data/answers.js'
import { shown, shownValue } from '../parts/shown.js'

export interface Row {
  /** Of the message in the order of arrival: `12`, or `12.3` of one that was refused. */
  readonly position: string
  readonly messageId: string | undefined
  readonly at: string
  readonly type: string
  /** Of the event, page or screen; or of the group. */
  readonly name: string
  /** The names of the traits or properties. */
  readonly hint: string
  readonly user: string
  readonly anonymous: string
  readonly source: string
  /** What is out of the ordinary. */
  readonly marks: readonly Mark[]
}

export interface Mark {
  readonly kind: 'discarded' | 'duplicate' | 'violation' | 'unresolved'
  readonly text: string
}

const LONGEST = 80

export function rowOf({ position, message, source, refused, ...facts }: MessageView): Row {
  const fields = isFields(message) ? message : {}
  const { messageId, receivedAt } = fields
  const row: Row = {
    position,
    messageId: refused === undefined && typeof messageId === 'string' ? messageId : undefined,
    at: refused?.at ?? text(receivedAt),
    type: text(fields.type) === '' ? 'unknown' : text(fields.type),
    name: nameOf(fields),
    hint: hintOf(fields),
    user: text(fields.userId),
    anonymous: text(fields.anonymousId),
    source: text(source),
    marks: marksOf({ position, message, refused, ...facts }),
  }
  // A piece of a text holds the whole text in memory; what is parsed again is its own.
  return JSON.parse(JSON.stringify(row)) as Row
}

function text(value: unknown): string {
  if (value === undefined || value === null) return ''
  return shownValue(value, LONGEST)
}

function nameOf({ type, event, name, category, groupId, previousId }: Record<string, unknown>) {
  if (type === 'track') return text(event)
  if (type === 'group') return text(groupId)
  if (type === 'alias') return `from ${text(previousId)}`
  return [text(category), text(name)].filter((each) => each !== '').join(' · ')
}

function hintOf({ traits, properties }: Fields): string {
  const values = isFields(traits) ? traits : isFields(properties) ? properties : {}
  return shown(Object.keys(values).join(', '), LONGEST)
}

function marksOf({
  refused,
  violations = [],
  planViolations = [],
  profileId,
}: Omit<MessageView, 'source'>): Mark[] {
  if (refused?.kind === 'duplicate') return [{ kind: 'duplicate', text: 'duplicate' }]
  if (refused !== undefined) return [{ kind: 'discarded', text: refused.code ?? 'discarded' }]
  const planned = new Set(planViolations.map(({ type }) => type))
  const marks = [...violations, ...planned]
    .filter((name) => name !== 'No matching identifiers on event')
    .map((name): Mark => ({ kind: 'violation', text: shown(name, LONGEST) }))
  return profileId === null ? [...marks, { kind: 'unresolved', text: 'nobody' }] : marks
}
