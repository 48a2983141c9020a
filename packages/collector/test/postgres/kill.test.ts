// A collector that is killed at any moment, with a PostgreSQL database: what was answered is there, and nothing is there by half.
import { expect } from 'chai'
import { killAgainAndAgain } from '../kill/kills.js'
import { type Database, emptyDatabase } from './database.js'

describe('a kill -9 of who takes messages in, with PostgreSQL', function () {
  this.timeout(120_000)
  let database: Database
  beforeEach(async () => (database = await emptyDatabase()))
  afterEach(() => database.release())

  it('loses nothing that was acknowledged, at any of 6 moments', async () => {
    const { acknowledged, kept, faults } = await killAgainAndAgain({ db: database.url, kills: 6 })
    expect(faults).to.deep.equal([])
    expect(acknowledged).to.be.above(0)
    expect(kept).to.be.at.least(acknowledged)
  })
})
