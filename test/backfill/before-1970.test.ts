// The API stores nothing before 1970: such rows are rejected, in whatever form the time is written.

import { expect } from 'chai'
import { backfill } from '../../lib/backfill/index.js'
import { withBench } from './setup.js'

const last = '1969-12-31T23:59:59.999Z'

describe('a row', () => {
  for (const [form, at] of [
    ['as it is sent', last],
    ['as it is sent, with spaces', ` ${last} `],
    ['in another zone', '1970-01-01T00:59:59.999+01:00'],
    ['without a time', '1969-12-31'],
    ['as a Date', new Date(last)],
    ['as a negative number', -1],
  ] as const) {
    it(`of a time before 1970, written ${form}, is rejected`, () =>
      withBench(async ({ collector, options }) => {
        const report = await backfill([{ id: 'old', at }], options)
        expect(report).to.include({ rows: 1, rejected: 1, messages: 0, delivered: 0 })
        expect(collector.requests).to.deep.equal([])
      }))
  }

  it('of the first moment of 1970 is sent', () =>
    withBench(async ({ collector, options }) => {
      const at = '1970-01-01T00:00:00.000Z'
      await backfill([{ id: 'old', at }], options)
      expect(collector.messages.map((message) => message.originalTimestamp)).to.deep.equal([at])
    }))
})
