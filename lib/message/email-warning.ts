// Warns once per process if a userId looks like an e-mail address: people change theirs, and a userId cannot change.

import { warn } from '../runtime/warnings.js'
import { looksLikeEmail } from '../spec/email.js'

// Module state on purpose: the process, not a client, is warned once.
let warned = false

/** Segment spec: Identify advises a database id. The message is sent anyway. */
export function warnOfEmail(userId: string): void {
  if (warned || !looksLikeEmail(userId)) return
  warned = true
  warn(
    'SELFSAME_EMAIL_AS_USER_ID',
    'a userId looks like an e-mail address. Addresses change, a userId cannot: pass your database id as userId and the address as traits.email.',
  )
}
