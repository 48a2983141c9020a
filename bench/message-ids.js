// What a random messageId costs a message: node --import tsx bench/message-ids.js

import { randomUUID } from 'node:crypto'
import { MessageIds } from '../lib/message/message-ids.ts'
import { shapedMessage } from './calls.js'

const rounds = 9
const count = 100_000
const ids = new MessageIds()
const constant = randomUUID()
const makers = {
  'a constant': () => constant,
  'crypto.randomUUID()': () => randomUUID(),
  MessageIds: () => ids.next(),
}

const times = Object.fromEntries(Object.keys(makers).map((name) => [name, []]))
const messages = Array.from({ length: 100 }, (_, i) => shapedMessage(i))
let length = 0
for (let round = 0; round < rounds; round++) {
  for (const [name, make] of Object.entries(makers)) {
    const started = performance.now()
    for (let i = 0; i < count; i++) {
      const message = messages[i % 100]
      message.messageId = make()
      length += JSON.stringify(message).length
    }
    times[name].push(((performance.now() - started) / count) * 1e6)
  }
}

console.log(
  `JSON.stringify of a message with its id from …, medians of ${rounds} rounds (${length} characters in all)`,
)
for (const [name, each] of Object.entries(times)) {
  const median = each.sort((a, b) => a - b)[Math.floor(rounds / 2)]
  console.log(`${name.padEnd(20)} ${median.toFixed(0)} ns`)
}
