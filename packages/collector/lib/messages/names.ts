// Names messages for people who look for the one that is missing.
import type { CollectedMessage } from './message.js'

const MOST_MESSAGES = 10
const LONGEST_NAME = 60

/** `identify, track "Signed Up"`: types and names alone, of the first ten. */
export function namesOf(messages: readonly CollectedMessage[]): string {
  const names = messages.slice(0, MOST_MESSAGES).map(nameOf).join(', ')
  const more = messages.length - MOST_MESSAGES
  return more > 0 ? `${names} and ${more} more` : names
}

function nameOf({ type, event, name }: CollectedMessage): string {
  const own = type === 'track' ? event : name
  const isNamed = type === 'track' || type === 'page' || type === 'screen'
  if (!isNamed || typeof own !== 'string') return type
  const text = own.length > LONGEST_NAME ? `${own.slice(0, LONGEST_NAME)}…` : own
  return `${type} ${JSON.stringify(text)}`
}
