// The names that a filter has for the fields of a message, and where else a name is looked for.
import type { Key } from './syntax.js'

/** The names with a meaning of their own, each with the fields that it stands for. */
const FIELDS: Readonly<Record<string, readonly Key[]>> = {
  type: [['type']],
  event: [['event']],
  name: [['name']],
  category: [['category']],
  user: [['userId']],
  userId: [['userId']],
  anonymous: [['anonymousId']],
  anonymousId: [['anonymousId']],
  previous: [['previousId']],
  previousId: [['previousId']],
  group: [['groupId'], ['context', 'groupId']],
  groupId: [['groupId'], ['context', 'groupId']],
  message: [['messageId']],
  messageId: [['messageId']],
  email: [
    ['traits', 'email'],
    ['context', 'traits', 'email'],
    ['properties', 'email'],
  ],
  timestamp: [['timestamp']],
  receivedAt: [['receivedAt']],
  sentAt: [['sentAt']],
  originalTimestamp: [['originalTimestamp']],
}

/** The names for what is known about a message besides its fields. */
export const FACTS = ['source', 'space', 'profile', 'violation', 'code'] as const
export type Fact = (typeof FACTS)[number]

const OBJECTS = new Set(['properties', 'traits', 'context', 'integrations'])
const TIMES = new Set(['timestamp', 'receivedAt', 'sentAt', 'originalTimestamp'])

/** Every name that has a meaning of its own, for errors and docs. */
export const KNOWN_KEYS: readonly string[] = [...Object.keys(FIELDS), ...FACTS]

export function factOf(key: Key): Fact | undefined {
  return key.length === 1 ? FACTS.find((fact) => fact === key[0]) : undefined
}

/** Whether the field is one of the times of a message. */
export function isTime(key: Key): boolean {
  return key.length === 1 && TIMES.has(key[0] ?? '')
}

/** Where in a message a key is looked for. An unknown name is one of the properties or traits. */
export function placesOf(key: Key): readonly Key[] {
  const [name = ''] = key
  if (key.length === 1) {
    const known = Object.hasOwn(FIELDS, name) ? FIELDS[name] : undefined
    if (known !== undefined) return known
  }
  if (OBJECTS.has(name)) return [key]
  return [
    ['properties', ...key],
    ['traits', ...key],
  ]
}
