// What a filter could go on with, at the place where somebody types.
import { KNOWN_KEYS } from '../../../../../lib/spec/filter/keys.js'
import { STATES } from '../../../../../lib/spec/filter/syntax.js'

export interface Suggestion {
  readonly text: string
  /** What it means, in few words. */
  readonly hint: string
}

/** Values that were seen, by key. */
export type Seen = Readonly<Record<string, readonly string[]>>

const MOST = 8
const TYPES = ['identify', 'track', 'page', 'screen', 'group', 'alias']
const PREFIXES = ['properties.', 'traits.', 'context.', 'integrations.']
const HINTS: Readonly<Record<string, string>> = {
  type: 'which call',
  event: 'name of a track call',
  user: 'userId',
  anonymous: 'anonymousId',
  group: 'groupId',
  previous: 'previousId',
  message: 'messageId',
  email: 'in traits or properties',
  timestamp: 'when it happened',
  source: 'where it came from',
  space: 'among whom people are resolved',
  profile: 'id of a person',
  violation: 'a rule it violated, or its plan',
  code: 'why it was discarded',
}

/** The word in which the caret stands: where it begins, and its text. */
export function wordAt(
  text: string,
  caret: number,
): { readonly start: number; readonly word: string } {
  let start = caret
  let isQuoted = false
  for (let place = 0, from = 0; place <= caret; place += 1) {
    const character = text[place]
    if (place === caret) {
      start = from
      break
    }
    if (character === '\\') place += 1
    else if (character === '"') isQuoted = !isQuoted
    else if (!isQuoted && (character === ' ' || character === '(')) from = place + 1
  }
  const word = text.slice(start, caret)
  return word.startsWith('-') ? { start: start + 1, word: word.slice(1) } : { start, word }
}

export function suggestionsFor(word: string, seen: Seen): Suggestion[] {
  const colon = word.indexOf(':')
  if (colon < 0) return keysFor(word)
  const key = word.slice(0, colon)
  const typed = word
    .slice(colon + 1)
    .replace(/^"/, '')
    .toLowerCase()
  return valuesFor(key, seen)
    .filter((value) => value.toLowerCase().startsWith(typed))
    .slice(0, MOST)
    .map((value) => ({ text: `${key}:${quoted(value)} `, hint: '' }))
}

function keysFor(word: string): Suggestion[] {
  const typed = word.toLowerCase()
  const keys = [
    ...KNOWN_KEYS.map((key) => ({ text: `${key}:`, hint: HINTS[key] ?? '' })),
    { text: 'is:', hint: STATES.join(', ') },
    { text: 'has:', hint: 'there is a value' },
    ...PREFIXES.map((text) => ({ text, hint: 'what stands there' })),
  ]
  // The short names first: of `user` and `userId` one is enough.
  const isShort = ({ text }: Suggestion) =>
    !/^(?:user|anonymous|previous|group|message)Id:$/.test(text)
  const found = keys.filter(({ text }) => text.toLowerCase().startsWith(typed))
  return found.filter((each) => typed !== '' || isShort(each)).slice(0, typed === '' ? 12 : MOST)
}

function valuesFor(key: string, seen: Seen): readonly string[] {
  if (key === 'is') return STATES
  if (key === 'type') return TYPES
  return Object.hasOwn(seen, key) ? (seen[key] ?? []) : []
}

/** As the filter language writes a value that is text and no pattern. */
export function quoted(value: string): string {
  const escaped = value.replace(/[\\"*]/g, '\\$&')
  return /[\s"()]/.test(value) || /^([<>]|\/\/)/.test(value) || value === ''
    ? `"${escaped}"`
    : escaped
}
