// A collector with many messages, to which as many as it is told are sent.
import { createInterface } from 'node:readline'
import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises'
import { startCollector } from '@selfsame/collector'

const BATCH = 100
let count = 0

function message() {
  count += 1
  return {
    type: count % 10 === 0 ? 'identify' : 'track',
    event: `Event ${count % 50}`,
    userId: `u${count % 5000}`,
    anonymousId: `a${count % 5000}`,
    properties: { plan: 'premium', place: count, url: 'https://shop.example/pricing' },
    context: { library: { name: 'load', version: '1' }, ip: '203.0.113.7' },
  }
}

const before = Number(process.argv[2])
const collector = await startCollector({ maxMessages: before + 1_000_000 })

async function send(): Promise<void> {
  await collector.fetch(`${collector.url}/v1/batch`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: 'Basic eDo=' },
    body: JSON.stringify({ batch: Array.from({ length: BATCH }, message) }),
  })
}

while (count < before) await send()
console.log(collector.url)

for await (const line of createInterface(process.stdin)) {
  const [command, perSecond = 0, seconds = 0] = line
    .split(' ')
    .map((part, place) => (place === 0 ? part : Number(part))) as [string, number?, number?]
  if (command === 'end') break
  const start = performance.now()
  const first = count
  while (performance.now() < start + seconds * 1000) {
    const due = ((performance.now() - start) / 1000) * perSecond
    if (count - first < due) await send()
    // In the same process nothing else would get its turn.
    await (count - first < due ? nextTurn() : wait(5))
  }
  const took = (performance.now() - start) / 1000
  console.log(collector.accepted, count - first, took)
}
await collector.close()
process.exit()
