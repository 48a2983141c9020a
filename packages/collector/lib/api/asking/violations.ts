// Which rules the messages violated.
import type { Store } from '../../store/store.js'

/** A message has at most one for each of its identifiers. */
const MOST_EACH = 20

/** The names of the violations of each of these messages, by messageId. */
export async function violationsOf(
  store: Store,
  messageIds: readonly string[],
): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>()
  if (messageIds.length === 0) return found
  const rows = await store.log('violations', { messageIds, limit: MOST_EACH * messageIds.length })
  for (const { triggering_event_id: messageId, name } of rows) {
    if (typeof messageId !== 'string' || typeof name !== 'string') continue
    const names = found.get(messageId) ?? []
    if (!names.includes(name)) names.push(name)
    found.set(messageId, names)
  }
  return found
}
