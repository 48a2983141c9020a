// What becomes of each fact of a request.

import { expect } from 'chai'
import { contextOf, type RequestFacts } from '../../lib/web/request-context.js'
import type { MessageContext } from '../../lib/index.js'

function contextWith(
  facts: Partial<RequestFacts>,
  headers: Record<string, string> = {},
): MessageContext {
  return contextOf({
    ip: undefined,
    protocol: 'https',
    host: 'example.com',
    target: '/',
    header: (name) => headers[name],
    ...facts,
  })
}

describe('the locale', () => {
  for (const [header, locale] of [
    ['en-US,en;q=0.9', 'en-US'],
    ['de', 'de'],
    [' fr-CH , fr;q=0.9', 'fr-CH'],
    ['zh-Hant-TW', 'zh-Hant-TW'],
    ['en;q=0.5, de', 'de'],
    ['en;q=0.5, de;q=0.7, fr;q=0.6', 'de'],
    ['en;q=0.5;x=y', 'en'],
    ['*, en;q=0.5', 'en'],
    ['en;q=0', undefined],
    ['*', undefined],
    ['', undefined],
    ['not a language', undefined],
    ['x'.repeat(9), undefined],
    ['en;q=0.1,'.repeat(1_000), 'en'],
    [';'.repeat(10_000), undefined],
  ] as const) {
    it(`of "${header.slice(0, 40)}" is ${locale}`, () => {
      expect(contextWith({}, { 'accept-language': header }).locale).to.equal(locale)
    })
  }
})

describe('the campaign', () => {
  for (const [search, campaign] of [
    ['?utm_campaign=a&utm_source=b&utm_id=7', { name: 'a', source: 'b', id: '7' }],
    ['?utm_source=a&utm_source=b', { source: 'a' }],
    ['?utm_source=', undefined],
    ['?utm_=a', undefined],
    ['?x=utm_source', undefined],
    ['?utm_source=%zz', { source: '%zz' }],
    ['?utm_source=a+b%20c%26', { source: 'a b c&' }],
    ['?utm___proto__=x', undefined],
    ['?UTM_SOURCE=x', undefined],
  ] as const) {
    it(`of ${search} is ${JSON.stringify(campaign)}`, () => {
      expect(contextWith({ target: `/${search}` }).campaign).to.deep.equal(campaign)
    })
  }

  it('has no parameter that was cut', () => {
    const target = `/?utm_source=a&utm_content=${'c'.repeat(2_000)}`
    expect(contextWith({ target }).campaign).to.deep.equal({ source: 'a' })
  })
})

describe('the page', () => {
  for (const [target, path, search] of [
    ['/', '/', ''],
    ['/a?b?c', '/a', '?b?c'],
    ['HTTP://other.example', '/', ''],
    ['http://other.example?x=1', '/', '?x=1'],
    ['https://user@other.example:80/a/b?x=1', '/a/b', '?x=1'],
  ] as const) {
    it(`of ${target} is ${path}${search}`, () => {
      expect(contextWith({ target }).page).to.deep.equal({
        path,
        search,
        url: `https://example.com${path}${search}`,
      })
    })
  }

  it('is cut between characters', () => {
    const raw = Buffer.from(`/${'日'.repeat(2_000)}`).toString('latin1')
    const { path } = contextWith({ target: raw }).page!
    expect(path).to.match(/^\/日+$/)
    expect(Buffer.byteLength(path!)).to.be.within(1_533, 1_536)
  })

  it('stays Latin-1 if it is not UTF-8', () => {
    expect(contextWith({ target: '/caf\xe9' }).page!.path).to.equal('/café')
  })

  it('stays as it is if it is already decoded', () => {
    expect(contextWith({ target: '/日本' }).page!.path).to.equal('/日本')
  })
})
