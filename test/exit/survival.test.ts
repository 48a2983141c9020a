// A signal that the process survives while a batch is half delivered, in a real process, with the built package.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { startCollector } from '@selfsame/collector'

const program = fileURLToPath(new URL('./programs/survives.js', import.meta.url))

interface Counted {
  enqueued: number
  delivered: number
  failed: number
  pending: number
}

const countsOf = ({ enqueued, delivered, failed, pending }: Counted): Counted => ({
  enqueued,
  delivered,
  failed,
  pending,
})

/** The counts after the signal, and after close(), with an endpoint that takes the first half at first and then all. */
async function survive(folder?: string): Promise<{ counts: Counted[]; arrived: number }> {
  const collector = await startCollector()
  collector.misbehave(({ count, messages }) => {
    if ((count ?? 0) > 50) return { status: 413 }
    return JSON.stringify(messages).includes('"event 99"') ? { status: 503 } : undefined
  })
  const child = spawn(process.execPath, [program, collector.url, ...(folder ? [folder] : [])])
  const lines: string[] = []
  child.stdout.on('data', (text: Buffer) => {
    lines.push(text.toString())
    collector.misbehave()
    child.stdin.end('close\n')
  })
  await once(child, 'close')
  const arrived = collector.messages.length
  await collector.close()
  const counts = lines
    .join('')
    .trim()
    .split('\n')
    .map((line) => countsOf(JSON.parse(line) as Counted))
  return { counts, arrived }
}

describe('a signal that the process survives, with a batch half delivered', () => {
  it('in memory: each message is counted once', async () => {
    const { counts, arrived } = await survive()
    const ended = { enqueued: 100, delivered: 50, failed: 50, pending: 0 }
    expect(counts).to.deep.equal([ended, ended])
    expect(arrived).to.equal(50)
  })

  it('on disk: each message is counted once, and the rest is delivered later', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'selfsame-survival-'))
    try {
      const { counts, arrived } = await survive(folder)
      expect(counts).to.deep.equal([
        { enqueued: 100, delivered: 50, failed: 0, pending: 50 },
        { enqueued: 100, delivered: 100, failed: 0, pending: 0 },
      ])
      expect(arrived).to.equal(100)
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})
