// What an error of Redis means, in words for the operator: none shows a password or a part of a message.

import type { Unanswered } from '../../delivery/transport/answer.js'
import { toError } from '../../runtime/describe-value.js'

interface Meaning {
  readonly text: string
  /** It stays so until somebody changes something. */
  readonly needsHelp?: boolean
  /** Another connection may reach another server. */
  readonly isElsewhere?: boolean
}

/** By the first word of the reply. */
const meanings: Readonly<Record<string, Meaning>> = {
  OOM: { text: 'Redis refuses writes: its memory is full (maxmemory)', needsHelp: true },
  READONLY: { text: 'this Redis is a replica, and refuses writes', isElsewhere: true },
  MISCONF: { text: 'Redis refuses writes: it cannot save to its disk', needsHelp: true },
  WRONGPASS: { text: 'Redis refused the user name or the password', needsHelp: true },
  NOAUTH: { text: 'Redis asks for a password, and the connection has none', needsHelp: true },
  NOPERM: { text: 'this user of Redis may not do what BullMQ needs', needsHelp: true },
  LOADING: { text: 'Redis is loading its data' },
  MASTERDOWN: { text: 'this Redis has lost its master', isElsewhere: true },
  CLUSTERDOWN: { text: 'the Redis Cluster is down' },
}

export function explainRedis(thrown: unknown): Unanswered & { isElsewhere: boolean } {
  const { message, code } = toError(thrown) as NodeJS.ErrnoException
  // A script's error has it behind other words.
  const word = /\b([A-Z]{3,11})\b/g
  for (const [, known = ''] of message.matchAll(word)) {
    const meaning = Object.hasOwn(meanings, known) ? meanings[known] : undefined
    if (!meaning) continue
    const { text, needsHelp, isElsewhere = false } = meaning
    return { error: new Error(`${text} (${known})`), needsHelp, isElsewhere }
  }
  const reason = code ?? (/^[\w .,'-]{1,80}$/.test(message) ? message : 'Redis failed')
  return { error: new Error(`Redis: ${reason}`), isElsewhere: false }
}
