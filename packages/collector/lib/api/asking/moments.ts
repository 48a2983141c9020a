// How a person came together, as the API gives it.
import type { LogName, LogRow } from '../../profiles/changes.js'
import { messageIdsIn } from '../../profiles/explain.js'
import { type Moment, momentsOf, ownerIdsIn } from '../../profiles/moments.js'
import type { Profile } from '../../profiles/profile.js'
import type { Rules } from '../../profiles/rules.js'
import type { Store } from '../../store/store.js'

export async function historyOf(
  store: Store,
  rules: Rules,
  logs: Readonly<Record<LogName, readonly LogRow[]>>,
): Promise<Moment[]> {
  const messageIds = messageIdsIn(logs)
  const stored = await store.messages({ messageIds, limit: messageIds.length + 1 })
  return momentsOf({
    logs,
    messages: stored.map(({ message }) => message),
    rules,
    owners: await profilesOf(store, ownerIdsIn(logs)),
  })
}

/** By id, merges followed. */
export async function profilesOf(
  store: Store,
  ids: readonly string[],
): Promise<Map<string, Profile>> {
  const found = new Map<string, Profile>()
  for (const id of ids) {
    const profile = await store.profile(id)
    if (profile !== undefined) found.set(id, profile)
  }
  return found
}
