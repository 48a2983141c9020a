// Memory: bounded while nothing can be delivered, and flat however long a client lives.

import { expect } from 'chai'
import { run } from '../support/programs.js'

const program = (name: string): URL => new URL(`./programs/${name}.js`, import.meta.url)
const MiB = 1024 * 1024

describe('300,000 calls against an endpoint that never answers, with a heap of 256 MB', () => {
  it('the process survives, what does not fit is reported, and all that was accepted is delivered in the end', async () => {
    const ended = await run(program('dead-endpoint'), [], {
      nodeArgs: ['--max-old-space-size=256'],
    })
    expect(ended.code, ended.stderr).to.equal(0)
    const { before, peak, full, reported, stats, received } = JSON.parse(ended.stdout) as {
      before: number
      peak: number
      full: { bytes: number; pending: number }
      reported: number
      stats: { enqueued: number; delivered: number; failed: number; pending: number }
      received: number
    }
    expect(full.bytes).to.be.within(63.9 * MiB, 64 * MiB)
    expect(peak - before, 'growth of the process').to.be.below((64 + 64) * MiB)
    expect(stats).to.deep.include({
      enqueued: 300_000,
      delivered: full.pending,
      failed: reported,
      pending: 0,
    })
    expect(full.pending + reported).to.equal(300_000)
    expect(received).to.equal(full.pending)
  })
}).timeout(60_000)

describe('no leak, and no warning, over', () => {
  for (const [kind, count, delivered] of [
    ['flushes', 100_000, 10_000],
    ['clients', 8_000, 8_000],
    ['open clients', 8_000, 8_000],
  ] as const) {
    it(`${count} ${kind}`, async () => {
      const ended = await run(program('many'), [kind, String(count)], { nodeArgs: ['--expose-gc'] })
      expect(ended.code, ended.stderr).to.equal(0)
      const seen = JSON.parse(ended.stdout) as {
        before: number
        after: number
        delivered: number
        warnings: string[]
        listeners: number[]
      }
      expect(seen.delivered).to.equal(delivered)
      expect(seen.warnings).to.deep.equal([])
      expect(seen.after - seen.before, 'growth of the heap').to.be.below(1 * MiB)
      // Ours, and one of Node itself.
      for (const listeners of seen.listeners) expect(listeners).to.be.at.most(2)
    })
  }
}).timeout(120_000)
