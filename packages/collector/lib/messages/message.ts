// A message as the collector keeps it, and the types of message there are.

/** An object as JSON.parse gives it. A key named `__proto__` is a plain key of it. */
export type JsonObject = Record<string, unknown>

/** The six calls of the Segment spec. */
export type MessageType = 'identify' | 'track' | 'page' | 'screen' | 'group' | 'alias'

export const MESSAGE_TYPES: ReadonlySet<unknown> = new Set<MessageType>([
  'identify',
  'track',
  'page',
  'screen',
  'group',
  'alias',
])

/**
 * An accepted message: every field as it was sent, and the four times of the Segment spec
 * (Spec: Common Fields, Timestamps). A field that was sent as `null` is still `null`.
 */
export interface CollectedMessage {
  type: MessageType
  /** As sent, or assigned by the collector where the client sent none. */
  messageId: string
  /** When the request arrived, by the collector's clock. ISO 8601, UTC; one value for a whole batch. */
  receivedAt: string
  /**
   * When it happened, corrected for a client clock that is wrong:
   * `receivedAt - (sentAt - originalTimestamp)`. ISO 8601, UTC.
   */
  timestamp: string
  /** The `timestamp` that the client sent, unchanged (whatever it was). Absent if it sent none. */
  originalTimestamp?: string
  /** When the client sent the request, ISO 8601, UTC. What is not a date is left as it was sent. */
  sentAt?: string
  userId?: string | null
  anonymousId?: string | null
  event?: string
  name?: string | null
  category?: string | null
  groupId?: string
  previousId?: string
  traits?: JsonObject | null
  properties?: JsonObject | null
  /** Merged over the batch's own context. */
  context?: JsonObject | null
  /** Merged over the batch's own integrations. */
  integrations?: JsonObject | null
  [field: string]: unknown
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** JSON's null says "nothing here" in what browsers send, so it counts as absent everywhere. */
export function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null
}
