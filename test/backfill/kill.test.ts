// kill -9 in the middle of a run, again and again, with the built package in a process of its own.

import { expect } from 'chai'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { BackfillReport } from '../../lib/backfill/index.js'
import { startCollector } from '@selfsame/collector'

const program = fileURLToPath(new URL('./programs/people.js', import.meta.url))
/** The 20: SELFSAME_KILLS=20 npx mocha … test/backfill/kill.test.ts */
const kills = Number(process.env.SELFSAME_KILLS ?? 4)
const batch = 50
/** What may be under way, or delivered and not in the checkpoint yet: maxInFlight + 1 bodies. */
const window = 5 * batch
const perKill = 1_000
const count = (kills + 1) * perKill
const rejected = count / 100

describe(`killed ${kills} times at random, and resumed each time`, () => {
  it('sends no more than a window again for each, loses nothing, and the totals are right', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'selfsame-backfill-'))
    const collector = await startCollector({ dedup: false })
    collector.misbehave(() => ({ delay: 5 }))
    try {
      for (let kill = 1; kill <= kills; kill++) {
        const before = collector.accepted
        const more = 1 + Math.floor(Math.random() * perKill)
        const child = spawn(process.execPath, [
          program,
          collector.url,
          folder,
          `${count}`,
          `${batch}`,
        ])
        const ended = once(child, 'exit')
        await collector.waitFor((messages) => messages.length >= before + more, { timeout: 30_000 })
        child.kill('SIGKILL')
        expect(await ended).to.deep.equal([null, 'SIGKILL'])
      }
      const child = spawn(process.execPath, [
        program,
        collector.url,
        folder,
        `${count}`,
        `${batch}`,
      ])
      let output = ''
      let errors = ''
      child.stdout.on('data', (data: Buffer) => (output += data.toString()))
      child.stderr.on('data', (data: Buffer) => (errors += data.toString()))
      const [code] = (await once(child, 'close')) as [number]
      expect(code, errors).to.equal(0)

      const { report } = JSON.parse(output) as { report: BackfillReport }
      expect(report).to.deep.include({
        rows: count,
        messages: count - rejected,
        delivered: count - rejected,
        failed: 0,
        skipped: 0,
        rejected,
        rejectedByReason: { 'timestamp is a string that is not an ISO-8601 date': rejected },
        firstTimestamp: '2014-01-01T00:00:00.000Z',
        completed: true,
      })
      const ids = new Set(collector.messages.map(({ userId }) => userId))
      expect(ids.size).to.equal(count - rejected)
      expect(collector.accepted - ids.size).to.be.at.most(kills * window)
      const lines = (await readFile(join(folder, 'rejects.ndjson'), 'utf8')).trimEnd().split('\n')
      expect(lines.map((line) => (JSON.parse(line) as { key: number }).key)).to.deep.equal(
        [...Array(rejected).keys()].map((n) => n * 100 + 50),
      )
      const files = await readdir(folder)
      expect(files.sort().filter((name) => !/^rejects\.\d+\.ndjson$/.test(name))).to.deep.equal([
        'checkpoint.json',
        'rejects.ndjson',
      ])
    } finally {
      await collector.close()
      await rm(folder, { recursive: true })
    }
  }).timeout(10_000 + kills * 10_000)
})
