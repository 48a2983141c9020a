// A collector that is killed at any moment: what was answered is there, and nothing is there by half.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { killAgainAndAgain } from './kills.js'

describe('a kill -9 of who takes messages in', () => {
  it('loses nothing of a SQLite file that was acknowledged, at any of 10 moments', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'selfsame-'))
    try {
      const found = await killAgainAndAgain({ db: join(folder, 'events.db'), kills: 10 })
      expect(found.faults).to.deep.equal([])
      expect(found.acknowledged).to.be.above(100)
      expect(found.kept).to.be.at.least(found.acknowledged)
    } finally {
      await rm(folder, { recursive: true })
    }
  }).timeout(120_000)
})
