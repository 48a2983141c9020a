// What the runs of each test file must have done, and how often at least: what is never exercised is not tested.

import { ways } from './arguments.js'
import { listenedEvents, places } from './client.js'
import { settingNames } from './config.js'
import { middlewareKinds } from './middlewares.js'
import { reactions } from './reactions.js'
import { answerKinds } from './server.js'
import { messageTypes } from '../../lib/spec/messages.js'

const commands = [
  'call',
  'burst',
  'flood',
  'part aside',
  'flush',
  'flush with timeout',
  'close',
  'restart',
  'kill',
  'react',
  'listen',
  'use',
  'weather',
  'answers',
  'pass',
  'settle',
]

const ends = [
  'delivered',
  'invalid_message',
  'message_too_large',
  'not_serializable',
  'queue_full',
  'rejected',
  'retries_exhausted',
  'expired',
  'closed',
  'middleware_failed',
  'timeout',
]

const userCode = [
  ...places,
  ...listenedEvents.map((event) => `an added listener of ${event}`),
  'a callback',
  'a getter',
  'a toJSON',
  'a Proxy',
  'a middleware',
]

const troubles = [
  'a batch is too large: 400',
  'a batch is too large: 413',
  'a fault of one message',
  'a flood of many messages',
  'a flood of large messages',
  'a batch is put aside',
  'messages are left to the next client',
]

/** How often all of these happen in many runs, in proportion to each other. */
const usual: readonly [times: number, names: readonly string[]][] = [
  [500, commands.map((name) => `command ${name}`)],
  [100, answerKinds.map((kind) => `answer ${kind}`)],
  [100, ends.map((code) => `end ${code}`)],
  [100, userCode.map((place) => `in ${place}`)],
  [300, reactions.filter((name) => name !== 'nothing').map((name) => `reaction ${name}`)],
  [50, middlewareKinds.map((kind) => `middleware ${kind}`)],
  [1_000, messageTypes.map((type) => `call ${type}`)],
  [200, Object.entries(ways).flatMap(([v, all]) => all.map((way) => `call ${v}: ${way}`))],
  [100, settingNames],
  [50, troubles],
]

/** Messages expire, wait aside and are left to another client only if they are on disk. */
export const leastInMemory = leastHits(0.4, [
  'end expired',
  'a batch is put aside',
  'messages are left to the next client',
])

export const leastOnDisk = leastHits(0.06, [])

function leastHits(share: number, without: readonly string[]): ReadonlyMap<string, number> {
  return new Map(
    usual.flatMap(([times, names]) =>
      names
        .filter((name) => !without.includes(name))
        .map((name) => [name, Math.ceil(times * share)] as const),
    ),
  )
}
