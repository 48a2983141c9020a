// A cell of type :date: a day that does not exist is rejected, and never becomes another day.

import { expect } from 'chai'
import { readFileSync, writeFileSync } from 'node:fs'
import { withCommand } from './command.js'

describe('a cell of type :date', () => {
  it('is a day of the calendar, or its row is rejected', () =>
    withCommand(async ({ run, at, collector }) => {
      const days = ['2014-02-28', '2016-02-29', '2014-02-31', '2014-04-31T10:00:00Z', '2015-02-29']
      writeFileSync(at('users.csv'), `id,day\n${days.map((day, i) => `${i},${day}\n`).join('')}`)
      const { code } = await run([
        ...['backfill', 'users.csv', '--user-id', 'id', '--timestamp-now'],
        ...['--trait', 'birthday:date=day'],
      ])
      expect(code).to.equal(3)
      expect(collector.messages.map(({ traits }) => traits?.birthday)).to.deep.equal([
        '2014-02-28T00:00:00.000Z',
        '2016-02-29T00:00:00.000Z',
      ])
      const rejects = readFileSync(at('users.csv.rejects.ndjson'), 'utf8').trimEnd().split('\n')
      expect(rejects.map((line) => (JSON.parse(line) as { line: number }).line)).to.deep.equal([
        4, 5, 6,
      ])
    })).timeout(60_000)
})
