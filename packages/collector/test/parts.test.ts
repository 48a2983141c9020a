// The parts whose limits no request can reach in a test's time.
import { expect } from 'chai'
import { Dedup } from '../lib/reception/dedup.js'
import { Latest } from '../lib/messages/records.js'
import { parseDate } from '../lib/messages/timestamps.js'

describe('the memory of messageIds', () => {
  it('holds no more than two windows of them, however long it runs', () => {
    const dedup = new Dedup(1000)
    let most = 0
    for (let now = 0; now < 100_000; now++) {
      expect(dedup.isNew(`m${now}`, now)).to.equal(true)
      most = Math.max(most, dedup.size)
    }
    expect(most).to.be.at.most(2001)
  })

  it('remembers each for its whole window, and no longer', () => {
    const dedup = new Dedup(1000)
    for (let now = 0; now < 5000; now++) {
      dedup.isNew(`m${now}`, now)
      if (now >= 999) expect(dedup.isNew(`m${now - 999}`, now), `${now} - 999`).to.equal(false)
    }
    expect(dedup.isNew('m4000', 5000)).to.equal(true)
  })

  it('is bounded in ids too, and forgets the oldest first', () => {
    const dedup = new Dedup(Infinity, 100)
    for (let i = 0; i < 1000; i++) expect(dedup.isNew(`m${i}`, 0)).to.equal(true)
    expect(dedup.size).to.be.at.most(200)
    for (let i = 900; i < 1000; i++) expect(dedup.isNew(`m${i}`, 0)).to.equal(false)
    expect(dedup.isNew('m0', 0)).to.equal(true)
  })
})

describe('the last so many', () => {
  it('are the last', () => {
    const latest = new Latest<number>(3)
    for (let i = 0; i < 10; i++) latest.push(i)
    expect(latest.items).to.deep.equal([7, 8, 9])
  })
})

describe('a date', () => {
  for (const [text, meant] of [
    ['2012-12-02T00:30:08.276Z', '2012-12-02T00:30:08.276Z'],
    ['2015-2-02T00:30:08.276Z', '2015-02-02T00:30:08.276Z'],
    ['2015-02-23T22:28:55.11Z', '2015-02-23T22:28:55.110Z'],
    ['2015-02-23T22:28:55.123456789Z', '2015-02-23T22:28:55.123Z'],
    ['2015-02-23T22:28:55+02:00', '2015-02-23T20:28:55.000Z'],
    ['2015-02-23T22:28:55-0530', '2015-02-24T03:58:55.000Z'],
    ['2015-02-23T22:28Z', '2015-02-23T22:28:00.000Z'],
    ['2015-02-23T22:28:55', '2015-02-23T22:28:55.000Z'],
    ['2015-02-23 22:28:55', '2015-02-23T22:28:55.000Z'],
    ['2015-02-23', '2015-02-23T00:00:00.000Z'],
    ['1969-07-20T20:17:40Z', '1969-07-20T20:17:40.000Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
  ] as const) {
    it(`${text} is ${meant}`, () => {
      expect(new Date(parseDate(text)!).toISOString()).to.equal(meant)
    })
  }

  for (const wrong of [
    '',
    '1',
    'now',
    '2015-13-01T00:00:00Z',
    '2015-00-01T00:00:00Z',
    '2015-02-30T00:00:00Z',
    '2015-02-00T00:00:00Z',
    '2015-02-23T24:00:00Z',
    '2015-02-23T22:60:00Z',
    '2015-02-23T22:28:55Z tomorrow',
    'Mon, 23 Feb 2015 22:28:55 GMT',
    1_424_730_535_000,
    null,
    {},
  ]) {
    it(`${JSON.stringify(wrong)} is none`, () => {
      expect(parseDate(wrong)).to.equal(undefined)
    })
  }
})
