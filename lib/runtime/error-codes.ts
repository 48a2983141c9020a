// The codes with which a message can fail.

/** Every code with what it means; `docs/errors.md` has a section for each. */
export const errorCodes = {
  invalid_message:
    'the call itself is wrong: an id, a field or a type that the spec does not allow',
  message_too_large: 'the message is larger than maxMessageBytes',
  not_serializable: 'the message cannot be written as JSON: a getter, toJSON or Proxy of it threw',
  queue_full: 'the queue is full (maxQueueBytes)',
  rejected: 'the server refused the message for good',
  retries_exhausted: 'every try that maxRetries or maxRetryDuration allow has failed',
  expired: 'the message waited in an outbox on disk for longer than maxAge',
  outbox_damaged: 'what an outbox on disk held of the message cannot be read any more',
  closed: 'the call came after close()',
  plan_violation: 'the message is not as planned, and the option onViolation says to drop it',
  filtered: 'a middleware dropped the message, as it may',
  middleware_failed: 'a middleware threw, or returned neither a message nor null',
  timeout: 'close() reached its timeout, or the process its end, before the message was delivered',
} as const

/** Why a message failed. */
export type ErrorCode = keyof typeof errorCodes
