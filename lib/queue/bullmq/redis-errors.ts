// What an error of Redis means, in words for the operator: none shows a password or a part of a message.

import type { Unanswered } from '../../delivery/transport/answer.js'
import { AttemptTimeout } from '../../delivery/transport/with-timeout.js'
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
  UNBLOCKED: { text: 'this Redis has become a replica', isElsewhere: true },
  MISCONF: { text: 'Redis refuses writes: it cannot save to its disk', needsHelp: true },
  WRONGPASS: { text: 'Redis refused the user name or the password', needsHelp: true },
  NOAUTH: { text: 'Redis asks for a password, and the connection has none', needsHelp: true },
  NOPERM: { text: 'this user of Redis may not do what BullMQ needs', needsHelp: true },
  LOADING: { text: 'Redis is loading its data' },
  MASTERDOWN: { text: 'this Redis has lost its master', isElsewhere: true },
  CROSSSLOT: {
    text: 'a Redis Cluster needs a prefix in braces, such as {bull}',
    needsHelp: true,
  },
  CLUSTERDOWN: { text: 'the Redis Cluster is down' },
}

/** What has no word of its own. */
const others: readonly (readonly [RegExp, Meaning])[] = [
  [
    /^All sentinels are unreachable/,
    { text: 'no Sentinel can be reached, or none knows the master' },
  ],
  [
    /unknown redis command/i,
    { text: 'this Redis is too old for BullMQ: it lacks a command', needsHelp: true },
  ],
  [/certificate/i, { text: 'the TLS certificate of Redis is not trusted', needsHelp: true }],
]

export function explainRedis(thrown: unknown): Unanswered & { isElsewhere: boolean } {
  // Not as slow as a large request is: a smaller batch would not help. What hangs may be the connection.
  if (AttemptTimeout.is(thrown)) {
    return { error: new Error('Redis does not answer (ETIMEDOUT)'), isElsewhere: true }
  }
  const { message, code } = toError(thrown) as NodeJS.ErrnoException
  // A script's error has it behind other words.
  const word = /\b([A-Z]{3,11})\b/g
  for (const [, known = ''] of message.matchAll(word)) {
    const meaning = Object.hasOwn(meanings, known) ? meanings[known] : undefined
    if (!meaning) continue
    const { text, needsHelp, isElsewhere = false } = meaning
    return { error: new Error(`${text} (${known})`), needsHelp, isElsewhere }
  }
  const [, other] = others.find(([pattern]) => pattern.test(message)) ?? []
  if (other) {
    const text = code === undefined ? other.text : `${other.text} (${code})`
    return { error: new Error(text), needsHelp: other.needsHelp, isElsewhere: false }
  }
  const reason = code ?? (/^[\w .,'-]{1,80}$/.test(message) ? message : 'Redis failed')
  return { error: new Error(`Redis: ${reason}`), isElsewhere: false }
}
