// Timestamps that callers pass: what is valid, and why the rest is not.

import { expect } from 'chai'
import { toIsoTimestamp } from '../../lib/spec/timestamp.js'

describe('a valid timestamp', () => {
  for (const [given, iso] of [
    [new Date(0), '1970-01-01T00:00:00.000Z'],
    [new Date('2012-12-02T00:30:08.276Z'), '2012-12-02T00:30:08.276Z'],
    [1700000000000, '2023-11-14T22:13:20.000Z'],
    [1e11, '1973-03-03T09:46:40.000Z'],
    ['2012-12-02T00:30:08.276Z', '2012-12-02T00:30:08.276Z'],
    ['2012-12-02T00:30:08Z', '2012-12-02T00:30:08.000Z'],
    ['2012-12-02T00:30Z', '2012-12-02T00:30:00.000Z'],
    ['2012-12-02T00:30:08.1Z', '2012-12-02T00:30:08.100Z'],
    ['2012-12-02T00:30:08.123456789Z', '2012-12-02T00:30:08.123Z'],
    ['2012-12-02T00:30:08+02:00', '2012-12-01T22:30:08.000Z'],
    ['2012-12-02T00:30:08-0530', '2012-12-02T06:00:08.000Z'],
    ['2012-12-02T00:30:08+02', '2012-12-01T22:30:08.000Z'],
    ['2012-12-02 00:30:08', '2012-12-02T00:30:08.000Z'],
    ['2012-12-02T00:30:08', '2012-12-02T00:30:08.000Z'],
    ['2012-12-02', '2012-12-02T00:00:00.000Z'],
    ['2012-2-2T00:30:08.276Z', '2012-02-02T00:30:08.276Z'],
    ['2024-02-29', '2024-02-29T00:00:00.000Z'],
    ['2024-12-31T24:00:00Z', '2025-01-01T00:00:00.000Z'],
    ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
  ] as const) {
    it(`${typeof given === 'object' ? 'a Date' : given} is sent as ${iso}`, () => {
      expect(toIsoTimestamp(given)).to.equal(iso)
    })
  }
})

describe('an invalid timestamp says why', () => {
  for (const [given, why] of [
    [new Date(NaN), /invalid Date/],
    [new Date('1969-12-31T23:59:59.999Z'), /before 1970/],
    ['1969-12-31', /before 1970/],
    [-1e12, /before 1970/],
    [1700000000, /seconds/],
    [0, /seconds/],
    [-1, /seconds/],
    [99_999_999_999, /seconds/],
    [NaN, /NaN/],
    [Infinity, /after the year 9999/],
    [1.7e15, /after the year 9999: epoch numbers are milliseconds/],
    ['yesterday', /not an ISO-8601 date/],
    ['1', /not an ISO-8601 date/],
    ['', /not an ISO-8601 date/],
    ['1700000000000', /not an ISO-8601 date/],
    ['12/02/2012', /not an ISO-8601 date/],
    ['2012-12-02T00:30:08.Z', /not an ISO-8601 date/],
    ['2012-13-02', /does not exist/],
    ['2023-02-29', /does not exist/],
    ['2012-12-02T25:00:00Z', /does not exist/],
    ['2012-12-02T24:00:01Z', /does not exist/],
    ['2012-12-02T00:00:00+24:00', /does not exist/],
    [null, /null/],
    [{}, /an object/],
    [true, /a boolean/],
    [new Map(), /a Map/],
  ] as const) {
    const name =
      given instanceof Date ? 'a Date' : given instanceof Map ? 'a Map' : JSON.stringify(given)
    it(`${name}: ${why.source}`, () => {
      expect(() => toIsoTimestamp(given))
        .to.throw(why)
        .and.have.property('code', 'invalid_message')
      expect(() => toIsoTimestamp(given)).to.throw(
        /^timestamp .+; allowed: a valid Date, an ISO-8601 string or epoch milliseconds$/,
      )
    })
  }
})
