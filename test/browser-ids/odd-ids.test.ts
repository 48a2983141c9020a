// Ids that no UUID looks like come out of every format as they went in, or not at all.
import { expect } from 'chai'
import fc from 'fast-check'
import { readIdentity } from '../../lib/browser-ids/index.js'
import { toId } from '../../lib/browser-ids/readers/id-rules.js'
import { FORMATS } from './sdk-encoders.js'

const ODD = [
  'ABC 123;é"x',
  'a%20b',
  'a%2520b',
  '日本語 🙂',
  '100%',
  'abc%ZZ%',
  '1e3',
  '12345678901234567890',
  '42',
  'true',
  '{"a":1}',
  '[1]',
  'a=b&c=d',
  'a+b/c==',
  "it's, (really) odd!",
  'joe@example.com',
  'dots.in.it',
  'anon----user',
  '"quoted inside"x',
  '\\"',
  'voilà',
  'a'.repeat(255),
]

const WITHHELD = [
  'null',
  'undefined',
  '',
  ' ',
  'a\tb',
  'a\u0000b',
  'x'.repeat(256),
  'é'.repeat(600),
  'x'.repeat(3000),
]

// A raw format cannot hold these: the browser cuts at ";" and trims, and the SDK escapes neither.
const fitsRaw = (id: string): boolean =>
  !id.includes(';') && id === id.replace(/^[ \t]+|[ \t]+$/g, '')

for (const format of FORMATS) {
  describe(`odd ids of ${format.name}`, () => {
    const read = (anonymousId: string, userId: string): ReturnType<typeof readIdentity> =>
      readIdentity(format.header({ anonymousId, userId }), { sdks: format.sdks })

    for (const id of ODD.filter((each) => format.raw !== true || fitsRaw(each))) {
      it(`keeps ${id.length > 40 ? `${id.length} characters` : id}`, () => {
        const identity = read(id, `u-${id.slice(2)}`)
        expect(identity.anonymousId).to.equal(id)
        if (format.anonymousOnly !== true) expect(identity.userId).to.equal(`u-${id.slice(2)}`)
      })
    }

    for (const id of WITHHELD) {
      it(`withholds ${JSON.stringify(id.slice(0, 10))}, ${id.length} characters`, () => {
        const identity = read(id, 'good')
        expect(identity.anonymousId).to.equal(undefined)
        if (format.anonymousOnly !== true) expect(identity.userId).to.equal('good')
      })
    }

    it('keeps any id that the rules allow', () => {
      const ids = fc
        .string({ unit: 'binary', minLength: 1, maxLength: 60 })
        .filter((id) => toId(id) === id && !id.startsWith('"'))
        .filter((id) => format.raw !== true || fitsRaw(id))
      fc.assert(
        fc.property(ids, (id) => {
          expect(read(id, 'u').anonymousId).to.equal(id)
        }),
        { numRuns: 200 },
      )
    })
  })
}

describe('a ";" in an id that the SDK does not encode', () => {
  it('leaves of the id what the browser left of it', () => {
    expect(readIdentity('__eventn_id=ABC 123', { sdks: ['jitsu'] }).anonymousId).to.equal('ABC 123')
  })

  it('leaves no amplitude-js cookie to read', () => {
    expect(readIdentity('amp_a1b2c3=ABC 123', { sdks: ['amplitude'] }).anonymousId).to.equal(
      undefined,
    )
  })
})
