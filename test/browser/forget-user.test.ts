// After forgetUser, and the reset() that the page owes, the next visitor is a new one.
import { expect } from 'chai'
import { sdks } from './support/sdk.js'
import { frameworks, useSite } from './support/site.js'
import { withVisitor } from './support/visitor.js'

const host = 'app.example.test'
const idCookies = ['ajs_anonymous_id', 'ajs_user_id', 'ajs_group_id']

for (const framework of frameworks) {
  for (const sdk of sdks) {
    describe(`forgetUser with ${framework}, for a page with ${sdk}`, () => {
      const site = useSite(framework, { issue: true, classic: sdk === 'classic' })

      it('and reset() in the page make the next visitor a new one', () =>
        withVisitor(site(), sdk, async (visitor) => {
          const tab = await visitor.open(host)
          await tab.request('/link?value=user-42')
          await tab.call('track', 'Before')
          await tab.request('/forget')
          for (const name of idCookies) expect(await visitor.cookies(name), name).to.eql([])
          await tab.call('reset')

          await tab.load()
          await tab.call('track', 'After')
          const before = await site().message('Before')
          const served = await site().message(tab.served)
          const after = await site().message('After')
          expect(before.userId).to.equal('user-42')
          expect(served.anonymousId).to.be.a('string').and.not.to.equal(before.anonymousId)
          expect(after.anonymousId).to.equal(served.anonymousId)
          expect(after.userId).to.equal(null)
          expect(await visitor.cookies('ajs_anonymous_id')).to.have.lengthOf(1)
        }))

      it('alone does not: localStorage brings the old ids back', () =>
        withVisitor(site(), sdk, async (visitor) => {
          const tab = await visitor.open(host)
          await tab.request('/link?value=user-42')
          await tab.call('identify', { userId: 'user-42' })
          const anonymousId = await tab.call('anonymousId')
          await tab.request('/forget')
          await tab.call('track', 'Still here')

          const ids = { anonymousId, userId: 'user-42' }
          expect(await site().message('Still here')).to.include(ids)
        }))
    })
  }
}

describe('forgetUser for a page that keeps its ids in cookies alone', () => {
  const site = useSite('express')

  it('is enough for the next page, without reset()', () =>
    withVisitor(site(), 'next-in-cookies-alone', async (visitor) => {
      const tab = await visitor.open(host)
      await tab.call('identify', { userId: 'user-42' })
      const before = await tab.call('anonymousId')
      await tab.request('/forget')
      await tab.load()
      await tab.call('track', 'After')

      const after = await site().message('After')
      expect(after.userId).to.equal(null)
      expect(after.anonymousId).to.be.a('string').and.not.to.equal(before)
    }))
})

describe('Clear-Site-Data: "storage" beside forgetUser', () => {
  const site = useSite('express')

  // Browsers heed it where a page is secure: on https, and on localhost.
  it('does what reset() does, for the next page', () =>
    withVisitor(site(), 'next', async (visitor) => {
      const tab = await visitor.open('localhost')
      await tab.call('identify', { userId: 'user-42' })
      const before = await tab.call('anonymousId')
      await tab.request('/forget?value=everything')
      await tab.load()
      await tab.call('track', 'After')

      const after = await site().message('After')
      expect(after.userId).to.equal(null)
      expect(after.anonymousId).to.be.a('string').and.not.to.equal(before)
    }))
})
