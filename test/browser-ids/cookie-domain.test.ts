// The domain of a cookie is where the browser's own probing ends: the registrable domain, or none.
import { expect } from 'chai'
import fc from 'fast-check'
import { checkDomain, registrableDomain } from '../../lib/browser-ids/cookie-domain.js'

describe('the registrable domain', () => {
  for (const [host, domain] of [
    ['app.example.test', 'example.test'],
    ['example.test', 'example.test'],
    ['APP.Example.test:8080', 'example.test'],
    ['shop.example.co.uk', 'example.co.uk'],
    ['me.github.io', 'me.github.io'],
    ['a.me.github.io', 'me.github.io'],
    ['my_app.example.com', 'example.com'],
    ['www.xn--mnchen-3ya.de', 'xn--mnchen-3ya.de'],
    ['a.b.c.d.example.com', 'example.com'],
    ['github.io', undefined],
    ['co.uk', undefined],
    ['com', undefined],
    ['localhost', undefined],
    ['localhost:3000', undefined],
    ['127.0.0.1', undefined],
    ['127.0.0.1:3000', undefined],
    ['127.1', undefined],
    ['[::1]', undefined],
    ['[::1]:3000', undefined],
    ['::1', undefined],
    ['[2001:db8::1]:443', undefined],
    ['example.com.', undefined],
    ['a..example.com', undefined],
    ['a b.example.com', undefined],
    ['evil.com; Secure', undefined],
    ['a.com, b.com', undefined],
    ['', undefined],
    [undefined, undefined],
    [`${'a.'.repeat(200)}com`, undefined],
  ] as const) {
    it(`of ${String(host).slice(0, 40)} is ${domain ?? 'none'}`, () => {
      expect(registrableDomain(host)).to.equal(domain)
    })
  }

  it('of any text is a domain or none', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.domain(), fc.webAuthority()), (host) => {
        expect(registrableDomain(host) ?? 'a.b').to.match(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/)
      }),
      { numRuns: 3_000 },
    )
  })
})

describe('the option domain', () => {
  it('loses its dot, and is written in ASCII', () => {
    expect(checkDomain('.example.com', 'f')).to.equal('example.com')
    expect(checkDomain('app.example.com', 'f')).to.equal('app.example.com')
    expect(checkDomain('München.de', 'f')).to.equal('xn--mnchen-3ya.de')
    expect(checkDomain(undefined, 'f')).to.equal(undefined)
  })

  for (const wrong of [
    '',
    '.',
    'com',
    'co.uk',
    'github.io',
    'localhost',
    '127.0.0.1',
    '::1',
    'a b.com',
    'example.com; Secure',
    'https://example.com',
    'example.com:80',
    5,
    null,
    {},
  ]) {
    it(`is not ${JSON.stringify(wrong)}`, () => {
      expect(() => checkDomain(wrong, 'ensureAnonymousId')).to.throw(
        TypeError,
        /^ensureAnonymousId: option domain is .*; allowed: a domain/,
      )
    })
  }
})
