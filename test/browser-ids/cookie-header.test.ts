// Finding a cookie without splitting the header gives what splitting it would.
import { expect } from 'chai'
import fc from 'fast-check'
import { CookieHeader } from '../../lib/browser-ids/cookies/cookie-header.js'

const blanks = /^[ \t]+|[ \t]+$/g

function split(header: string): [string, string][] {
  return header.split(';').flatMap((piece): [string, string][] => {
    const equals = piece.indexOf('=')
    if (equals === -1) return []
    return [
      [piece.slice(0, equals).replace(blanks, ''), piece.slice(equals + 1).replace(blanks, '')],
    ]
  })
}

describe('the cookies of a header', () => {
  const parts = ['ab', 'a', 'b', 'ab_c', '=', ';', '; ', ' ', '\t', 'x', '"', '%', '==', 'aab']
  const header = fc
    .array(fc.constantFrom(...parts), { maxLength: 40 })
    .map((chosen) => chosen.join(''))

  it('are those of a plain split, by name and by prefix', () => {
    fc.assert(
      fc.property(header, fc.constantFrom('a', 'ab', 'b', 'ab_c', 'x'), (text, name) => {
        const cookies = new CookieHeader(text)
        const all = split(text)
        expect(cookies.values(name)).to.deep.equal(
          all
            .filter(([each]) => each === name)
            .map(([, value]) => value)
            .slice(0, 8),
        )
        expect(cookies.names(name)).to.deep.equal([
          ...new Set(all.map(([each]) => each).filter((each) => each.startsWith(name))),
        ])
      }),
      { numRuns: 20_000 },
    )
  })

  it('have no name that is empty', () => {
    expect(new CookieHeader('=a; b').values('')).to.deep.equal([])
    expect(new CookieHeader('=a; b').names('')).to.deep.equal([])
  })

  it('are read up to a number and a length', () => {
    const cookies = new CookieHeader(`a=${'x'.repeat(8_193)}; ${'a=1; '.repeat(20)}`)
    expect(cookies.values('a')).to.deep.equal(['', ...Array<string>(7).fill('1')])
    const names = Array.from({ length: 100 }, (_, i) => `p_${i}=1`).join('; ')
    expect(new CookieHeader(names).names('p_')).to.have.length(32)
  })
})
