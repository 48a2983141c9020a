// What the clients of the soak call, and how the harness knows that it arrived unchanged. Shared by both.

import { createHash } from 'node:crypto'

/** Mulberry32, begun with the hash of a text: chance that can be repeated. */
export function seeded(text) {
  let state = createHash('sha256').update(text).digest().readInt32LE()
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

const types = ['identify', 'track', 'track', 'group', 'alias']

// Among them what a file of the outbox is made of: line ends, commas, and white space that looks like a checksum.
const pieces = [
  'plain text ',
  'Grüße, 漢字, 🧾 ',
  '"quoted" \\ and /slashed/ ',
  'line\nend\r\n',
  '\u2028\u2029\u0000\u007f',
  ' '.repeat(32),
  ' \t'.repeat(16),
  '\t'.repeat(33),
  ',{"type":"track"}',
  '{"batch":[\n',
  '\ud800',
]

/**
 * The n-th call of a client.
 *
 * @param poison how likely it is one that the server refuses
 * @param largest the most bytes of its text, about
 */
export function callOf(random, client, n, { poison = 0, largest = 20_000 } = {}) {
  const type = types[Math.floor(random() * types.length)]
  const call = {
    messageId: `${client}-${n}`,
    userId: `user ${Math.floor(random() * 1000)}`,
    timestamp: new Date(1_700_000_000_000 + Math.floor(random() * 1e10)),
  }
  if (type === 'track') Object.assign(call, { event: `event ${n}`, properties: { n } })
  if (type === 'identify') call.traits = { plan: 'premium', n }
  if (type === 'group') Object.assign(call, { groupId: `group ${n}`, traits: {} })
  if (type === 'alias') call.previousId = `previous ${n}`
  const soak = { client, n, text: textOf(random, largest), isPoison: random() < poison }
  call.context = { soak }
  soak.digest = digestOf({ type, ...call, originalTimestamp: call.timestamp.toISOString() })
  return { type, call }
}

/** Most are short; some take several pages of a file, so that a kill can cut them in two. */
function textOf(random, largest) {
  const length = random() < 0.1 ? random() ** 2 * largest : random() * 200
  let text = ''
  while (text.length < length) text += pieces[Math.floor(random() * pieces.length)]
  return text.slice(0, length)
}

/** Of everything that the caller has passed. */
export function digestOf(message) {
  const { type, messageId, userId, previousId, groupId, event, originalTimestamp } = message
  const { traits = {}, properties = {}, context } = message
  const { client, n, text, isPoison } = context?.soak ?? {}
  const ids = [type, messageId, userId, previousId, groupId, event, originalTimestamp]
  const content = JSON.stringify([ids, traits, properties, client, n, text, isPoison])
  return createHash('sha256').update(content).digest('base64url').slice(0, 16)
}
