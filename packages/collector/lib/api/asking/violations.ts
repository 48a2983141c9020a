// Which rules the messages violated.
import type { StoredMessage, Store } from '../../store/store.js'

/** The names of the violations of each of these messages. */
export async function violationsOf(
  store: Store,
  messages: readonly StoredMessage[],
): Promise<Map<string, string[]>> {
  const messageIds = messages.map(({ message }) => message.messageId)
  const found = new Map<string, string[]>()
  if (messageIds.length === 0) return found
  const rows = await store.log('violations', { messageIds, limit: 10 * messageIds.length })
  for (const { message_id: messageId, violation } of rows) {
    if (typeof messageId !== 'string' || typeof violation !== 'string') continue
    const names = found.get(messageId) ?? []
    if (!names.includes(violation)) names.push(violation)
    found.set(messageId, names)
  }
  return found
}
