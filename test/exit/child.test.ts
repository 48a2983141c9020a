// The program that makes the last delivery, run by itself.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { startCollector } from '@selfsame/collector'
import type { DeliveryOrder } from '../../lib/exit/spawn-delivery.js'
import { Batch } from '../../lib/outbox/batch.js'

const program = fileURLToPath(new URL('../../dist/exit-child.cjs', import.meta.url))

function orderFor(url: string): Buffer {
  const batch = new Batch(0)
  const message = { type: 'track', userId: 'u', event: 'E', messageId: 'm1' }
  batch.add(batch.write(JSON.stringify(message), Infinity), undefined)
  const body = batch.body()
  const order: DeliveryOrder = {
    url: `${url}/v1/batch`,
    credentials: { writeKey: 'k' },
    gzip: false,
    httpRequestTimeout: 5_000,
    maxRetries: 0,
    duration: 5_000,
    batches: [{ sequence: 0, ends: batch.ends(), length: body.length }],
  }
  return Buffer.concat([Buffer.from(`${JSON.stringify(order)}\n`), body])
}

describe('the child that makes the last delivery', () => {
  it('loads nothing of a queue if there is none', async () => {
    const collector = await startCollector()
    const env = { ...process.env, NODE_DEBUG: 'module' }
    const child = spawn(process.execPath, [program], { env })
    let stderr = ''
    child.stderr.on('data', (text: Buffer) => (stderr += text.toString()))
    child.stdin.end(orderFor(collector.url))
    await once(child, 'close')
    await collector.close()
    expect(stderr).to.match(/load ".+node_modules.axios/)
    expect(stderr).to.not.match(/load ".+node_modules.(bullmq|ioredis|pg|graphile)/)
    expect(stderr).to.not.match(/load ".+exit-(bullmq|graphile-worker)/)
  })

  it('delivers in a process without WebAssembly', async () => {
    const collector = await startCollector()
    // Long enough for what would fail in the meantime.
    collector.misbehave({ delay: 200 })
    const child = spawn(process.execPath, ['--jitless', program])
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (text: Buffer) => (stdout += text.toString()))
    child.stderr.on('data', (text: Buffer) => (stderr += text.toString()))
    child.stdin.end(orderFor(collector.url))
    const [code] = (await once(child, 'close')) as [number]
    const events = collector.messages.map(({ event }) => event)
    await collector.close()
    expect({ code, stdout, events }, stderr).to.deep.equal({
      code: 0,
      stdout: '{"sequence":0,"count":1}\n',
      events: ['E'],
    })
  })
})
