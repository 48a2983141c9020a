// Warns once per process if a userId looks like an e-mail address: people change theirs, and a userId cannot change.

import { warn } from '../runtime/warnings.js'

// Module state on purpose: the process, not a client, is warned once.
let warned = false

/** The longest e-mail address (RFC 5321); it also bounds the time that the pattern below may take. */
const maxEmailLength = 254
const email = /^[^\s@]+@[^\s@]+\.[^\s@]+$/

/** Whether a text has the form of an e-mail address. */
export function looksLikeEmail(text: string): boolean {
  return text.includes('@') && text.length <= maxEmailLength && email.test(text)
}

/** Segment spec: Identify advises a database id. The message is sent anyway. */
export function warnOfEmail(userId: string): void {
  if (warned || !looksLikeEmail(userId)) return
  warned = true
  warn(
    'SELFSAME_EMAIL_AS_USER_ID',
    'a userId looks like an e-mail address. Addresses change, a userId cannot: pass your database id as userId and the address as traits.email.',
  )
}
