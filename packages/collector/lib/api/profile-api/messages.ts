// The messages of the person or account that a request of the Profile API names.
import { isObject } from '../../messages/message.js'
import type { Store, StoredMessage } from '../../store/store.js'
import type { Subject } from './subject.js'

/** How many of the newest messages are looked at. */
const MOST = 10_000
const PAGE = 500

/** The newest first. Of an account those that name it: group calls, and calls with `context.groupId`. */
export async function messagesOf(store: Store, subject: Subject): Promise<StoredMessage[]> {
  const query = subject.collection === 'users' ? { profileId: subject.profile.id } : {}
  const found: StoredMessage[] = []
  let before: number | undefined
  for (let seen = 0; seen < MOST; seen += PAGE) {
    const page = await store.messages({ ...query, before, limit: PAGE })
    found.push(...page.filter((stored) => isOf(stored, subject)))
    before = page.at(-1)?.seq
    if (page.length < PAGE) break
  }
  return found
}

function isOf({ message, space }: StoredMessage, subject: Subject): boolean {
  if (subject.collection === 'users') return true
  const { id, space: own } = subject.account
  return space === own && groupIdsOf(message).includes(id)
}

/** The accounts that a message names. */
export function groupIdsOf({ groupId, context }: StoredMessage['message']): string[] {
  const inContext = isObject(context) ? context.groupId : undefined
  return [groupId, inContext].filter((id): id is string => typeof id === 'string' && id !== '')
}
