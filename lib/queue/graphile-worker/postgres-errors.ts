// What an error of PostgreSQL means, in words for the operator: none shows a password or a part of a message.

import type { Unanswered } from '../../delivery/transport/answer.js'
import { AttemptTimeout } from '../../delivery/transport/with-timeout.js'
import { toError } from '../../runtime/describe-value.js'

/** By SQLSTATE; these stay so until somebody changes something. */
const meanings: Readonly<Record<string, string>> = {
  '3F000': 'graphile-worker is not installed in the database: start a worker first',
  '42883': 'graphile-worker is not installed in the database, or is too old: start a worker first',
  '28P01': 'PostgreSQL refused the user name or the password',
  '28000': 'PostgreSQL refused the user',
  '3D000': 'PostgreSQL has no such database',
  '42501': 'this user of PostgreSQL may not add jobs',
  '25006': 'this PostgreSQL is read-only: a standby?',
  '53100': 'the disk of PostgreSQL is full',
}

export function explainPostgres(thrown: unknown): Unanswered {
  // Not as slow as a large request is: a smaller batch would not help.
  if (AttemptTimeout.is(thrown)) {
    return { error: new Error('PostgreSQL does not answer (ETIMEDOUT)') }
  }
  const { code, message } = toError(thrown) as NodeJS.ErrnoException
  const known = code !== undefined && Object.hasOwn(meanings, code) ? meanings[code] : undefined
  if (known !== undefined) return { error: new Error(`${known} (${code})`), needsHelp: true }
  const reason = code ?? (/^[\w .,'-]{1,80}$/.test(message) ? message : 'it failed')
  return { error: new Error(`PostgreSQL: ${reason}`) }
}
