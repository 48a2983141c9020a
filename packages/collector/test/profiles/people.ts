// Messages and people in few words, for tests.
import type { Incoming } from '../../lib/messages/incoming.js'
import type { CollectedMessage, JsonObject } from '../../lib/messages/message.js'
import type { Identifier, Profile } from '../../lib/profiles/profile.js'

const START = Date.parse('2026-03-02T09:00:00.000Z')

/** Messages m1, m2, … of the source `web`, a minute apart. */
export function incoming(...messages: readonly JsonObject[]): Incoming[] {
  return messages.map((fields, index) => {
    const at = new Date(START + index * 60_000).toISOString()
    const message = {
      type: 'identify',
      messageId: `m${index + 1}`,
      receivedAt: at,
      timestamp: at,
      ...fields,
    } as unknown as CollectedMessage
    return { message, space: 'test', source: 'web' }
  })
}

/** `user_id:u1` as an identifier. */
export function id(text: string): Identifier {
  const colon = text.indexOf(':')
  return { type: text.slice(0, colon), value: text.slice(colon + 1) }
}

export function idsOf({ mappings }: { readonly mappings: readonly Identifier[] }): string[] {
  return mappings.map(({ type, value }) => `${type}:${value}`).sort()
}

export function allIdsOf(profiles: Iterable<Profile>): string[][] {
  return [...profiles].map(idsOf).sort((a, b) => ((a[0] ?? '') < (b[0] ?? '') ? -1 : 1))
}
