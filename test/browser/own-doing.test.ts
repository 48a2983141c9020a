// What analytics.js does to its ids by itself, and what a server sees of it (docs/linking.md).
import { expect } from 'chai'
import type { CollectedMessage } from '@selfsame/collector'
import { useSite } from './support/site.js'
import { withVisitor } from './support/visitor.js'

const host = 'app.example.test'

for (const sdk of ['next', 'classic'] as const) {
  describe(`what the server sees of ${sdk}`, () => {
    const site = useSite('express')

    it('nothing with the first request of all: it has no cookie', () =>
      withVisitor(site(), sdk, async (visitor) => {
        const tab = await visitor.open(host)
        const first = tab.served
        await tab.call('track', 'Made')
        await tab.load()
        await site().message(tab.served)

        const events = site().collector.messages.map(({ event }) => event)
        expect(events).to.not.include(first)
      }))

    it('identify of another user gives a new anonymousId, which the next request carries', () =>
      withVisitor(site(), sdk, async (visitor) => {
        const tab = await visitor.open(host)
        await tab.call('identify', { userId: 'u1' })
        await tab.load()
        const first = await site().message(tab.served)
        await tab.call('identify', { userId: 'u2' })
        await tab.call('track', 'As the second')
        await tab.load()

        const second = await site().message(tab.served)
        expect(second.anonymousId).to.be.a('string').and.not.to.equal(first.anonymousId)
        const ids = { userId: 'u2', anonymousId: second.anonymousId }
        expect(await site().message('As the second')).to.include(ids)
        expect(await visitor.cookies('ajs_anonymous_id')).to.have.lengthOf(1)
        const both = site().collector.messages.filter(
          ({ anonymousId, userId }) => anonymousId === first.anonymousId && userId === 'u2',
        )
        expect(both, 'the second user beside the first anonymousId').to.eql([])
      }))

    it('identify of the same user keeps it', () =>
      withVisitor(site(), sdk, async (visitor) => {
        const tab = await visitor.open(host)
        const anonymousId = await tab.call('anonymousId')
        await tab.call('identify', { userId: 'u1' })
        await tab.call('identify', { userId: 'u1' })
        await tab.load()
        expect((await site().message(tab.served)).anonymousId).to.equal(anonymousId)
      }))

    const emptied = sdk === 'next' ? 'a new anonymousId' : 'no new anonymousId, unlike next'
    it(`a user id set to '', then identify, gives ${emptied}`, () =>
      withVisitor(site(), sdk, async (visitor) => {
        const tab = await visitor.open(host)
        await tab.call('identify', { userId: 'u1' })
        const before = await tab.call('anonymousId')
        await tab.call('setUserId', '')
        await tab.call('identify', { userId: 'u2' })
        await tab.load()

        const { anonymousId } = await site().message(tab.served)
        if (sdk === 'next') expect(anonymousId).to.be.a('string').and.not.to.equal(before)
        else expect(anonymousId).to.equal(before)
      }))

    it('an anonymousId given with one event stays, in the cookie too', () =>
      withVisitor(site(), sdk, async (visitor) => {
        const tab = await visitor.open(host)
        await tab.call('trackAs', { event: 'Named', anonymousId: 'ABC-123-XYZ' })
        await tab.call('track', 'Later')
        await tab.load()

        expect((await site().message('Later')).anonymousId).to.equal('ABC-123-XYZ')
        expect((await site().message(tab.served)).anonymousId).to.equal('ABC-123-XYZ')
      }))

    it('a lost cookie comes back with the next event, from localStorage', () =>
      withVisitor(site(), sdk, async (visitor) => {
        const tab = await visitor.open(host)
        const anonymousId = await tab.call('anonymousId')
        await visitor.loseCookies()
        await tab.load()
        await tab.call('track', 'Back')
        await tab.load()

        expect((await site().message('Back')).anonymousId).to.equal(anonymousId)
        expect((await site().message(tab.served)).anonymousId).to.equal(anonymousId)
      }))

    it('traits cleared in the browser are gone from its messages; no cookie ever had them', () =>
      withVisitor(site(), sdk, async (visitor) => {
        const tab = await visitor.open(host)
        await tab.call('identify', { userId: 'r50', traits: { plan: 'premium' } })
        await tab.call('identify', { userId: 'r50' })
        await tab.call('clearTraits')
        await tab.call('identify', { userId: 'r50' })

        const ofR50 = (messages: readonly CollectedMessage[]) =>
          messages.filter(({ userId }) => userId === 'r50')
        const all = await site().collector.waitFor((messages) => ofR50([...messages]).length === 3)
        expect(ofR50(all).map(({ traits }) => traits?.plan)).to.eql([
          'premium',
          'premium',
          undefined,
        ])
        const cookies = await visitor.allCookies()
        expect(cookies.filter(({ value }) => value.includes('premium'))).to.eql([])
      }))
  })
}

describe('a visitor whose cookie is lost', () => {
  const site = useSite('express', { issue: true, classic: true })

  for (const sdk of ['next', 'classic'] as const) {
    it(`is a new one with ${sdk}, for both sides`, () =>
      withVisitor(site(), sdk, async (visitor) => {
        const tab = await visitor.open(host)
        const before = await tab.call('anonymousId')
        await visitor.loseCookies()
        await tab.load()
        const { anonymousId } = await site().message(tab.served)
        expect(anonymousId).to.be.a('string').and.not.to.equal(before)
        expect(await tab.call('anonymousId')).to.equal(anonymousId)
      }))
  }

  it('is the old one again with next before 1.84.3, after one request under another id', () =>
    withVisitor(site(), 'next-1.84.1', async (visitor) => {
      const tab = await visitor.open(host)
      const before = await tab.call('anonymousId')
      await visitor.loseCookies()
      await tab.load()
      expect((await site().message(tab.served)).anonymousId).not.to.equal(before)
      expect(await tab.call('anonymousId')).to.equal(before)
      await tab.load()
      expect((await site().message(tab.served)).anonymousId).to.equal(before)
    }))
})
