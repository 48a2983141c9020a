// What breaks the link between browser and server, so that docs/linking.md can say it.
import { expect } from 'chai'
import { useSite } from './support/site.js'
import { withVisitor } from './support/visitor.js'

const host = 'app.example.test'
const id = '5f1c9cc4-3b5f-4d2c-9f0e-2d9b8a3a1c77'

describe('an id cookie set by hand', () => {
  const site = useSite('express')

  it('with HttpOnly: browser and server each have an id of their own, for good', () =>
    withVisitor(site(), 'next', async (visitor) => {
      await visitor.given(host, `ajs_anonymous_id=${id}; Domain=example.test; Path=/; HttpOnly`)
      const tab = await visitor.open(host)
      const inBrowser = await tab.call('anonymousId')
      await tab.load()

      expect(inBrowser).not.to.equal(id)
      expect(await tab.call('anonymousId')).not.to.equal(id)
      expect((await site().message(tab.served)).anonymousId).to.equal(id)
    }))

  it('without Domain: there are two cookies, and reset() removes one of them', () =>
    withVisitor(site(), 'next', async (visitor) => {
      await visitor.given(host, `ajs_anonymous_id=${id}; Path=/`)
      const tab = await visitor.open(host)
      expect(await tab.call('anonymousId')).to.equal(id)
      expect(await visitor.cookies('ajs_anonymous_id')).to.have.lengthOf(2)

      await tab.call('reset')
      expect(await tab.call('anonymousId')).to.equal(id)

      await tab.request('/forget')
      await tab.call('reset')
      expect(await tab.call('anonymousId'))
        .to.be.a('string')
        .and.not.to.equal(id)
      expect(await visitor.cookies('ajs_anonymous_id')).to.have.lengthOf(1)
    }))
})

describe("an id that a server changes in a returning visitor's cookie", () => {
  const site = useSite('express')
  // In the form that all of them read.
  const change = `ajs_anonymous_id=%22${id}%22; Domain=example.test; Path=/; Max-Age=31536000`

  for (const sdk of ['next', 'classic'] as const) {
    it(`is adopted by ${sdk}`, () =>
      withVisitor(site(), sdk, async (visitor) => {
        const tab = await visitor.open(host)
        await tab.call('anonymousId')
        await visitor.given(host, change)
        await tab.load()
        expect(await tab.call('anonymousId')).to.equal(id)
      }))
  }

  it('is overwritten from localStorage by next before 1.84.3', () =>
    withVisitor(site(), 'next-1.84.1', async (visitor) => {
      const tab = await visitor.open(host)
      const own = await tab.call('anonymousId')
      await visitor.given(host, change)
      await tab.load()
      expect(await tab.call('anonymousId')).to.equal(own)
      expect((await visitor.cookies('ajs_anonymous_id')).map(({ value }) => value)).to.eql([own])
    }))
})

describe('a second tab', () => {
  const site = useSite('express')

  it('has the same ids as the first', () =>
    withVisitor(site(), 'next', async (visitor) => {
      const first = await visitor.open(host)
      const anonymousId = await first.call('anonymousId')
      const second = await visitor.open(host)
      await first.request('/link?value=user-42')
      await second.call('track', 'In the second tab')

      const ids = { anonymousId, userId: 'user-42' }
      expect(await site().message('In the second tab')).to.include(ids)
    }))

  it('that stays open through a logout in the first brings the old ids back from its memory', () =>
    withVisitor(site(), 'next', async (visitor) => {
      const first = await visitor.open(host)
      const anonymousId = await first.call('anonymousId')
      const second = await visitor.open(host)
      await first.request('/link?value=user-42')
      await second.call('track', 'Before the logout')
      await first.request('/forget')
      await first.call('reset')
      await second.call('track', 'After the logout')

      const ids = { anonymousId, userId: 'user-42' }
      expect(await site().message('After the logout')).to.include(ids)
      await first.load()
      expect((await site().message(first.served)).anonymousId).to.equal(anonymousId)
    }))
})
