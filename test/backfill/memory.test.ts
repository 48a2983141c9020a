// Memory: flat over any length, however fast the source is.

import { expect } from 'chai'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BackfillReport } from '../../lib/backfill/index.js'
import { run } from '../support/programs.js'

const count = 400_000

describe(`${count} rows from a generator that is never out of breath`, () => {
  it('leave nothing behind in memory, and need under 200 MB', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'selfsame-backfill-'))
    const server = createServer((request, response) => {
      request.resume().on('end', () => response.end('{"success":true}'))
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    try {
      const { port } = server.address() as AddressInfo
      const program = new URL('./programs/people.js', import.meta.url)
      const args = [`http://127.0.0.1:${port}`, folder, String(count), '2500']
      // That of Node 20: later ones keep more rubbish before they collect it, which says nothing of us.
      const ended = await run(program, args, {
        nodeArgs: ['--max-semi-space-size=16', '--expose-gc'],
      })
      expect(ended.code, ended.stderr).to.equal(0)
      const { report, peak, inUse } = JSON.parse(ended.stdout) as {
        report: BackfillReport
        peak: number
        inUse: number[]
      }
      expect(report).to.include({ rows: count, delivered: count * 0.99 })
      expect(peak).to.be.below(200_000_000)
      // A leak of 30 bytes a row would show: the size of the process would not tell it from rubbish.
      expect(inUse.length).to.be.at.least(27)
      // The least of many: what is in flight is in use, too, and more of it on a busy machine.
      const least = (sizes: number[]): number => Math.min(...sizes)
      expect(least(inUse.slice(-9)) - least(inUse.slice(0, 9))).to.be.below(8_000_000)
    } finally {
      server.closeAllConnections()
      server.close()
      await rm(folder, { recursive: true })
    }
  })
}).timeout(60_000)
