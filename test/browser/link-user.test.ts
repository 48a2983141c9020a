// After linkUser the browser sends the server's userId, from the next event on.
import { expect } from 'chai'
import { sdks } from './support/sdk.js'
import { frameworks, useSite } from './support/site.js'
import { withVisitor } from './support/visitor.js'

const host = 'app.example.test'

for (const framework of frameworks) {
  for (const sdk of sdks) {
    describe(`linkUser with ${framework}, for a page with ${sdk}`, () => {
      const site = useSite(framework, { classic: sdk === 'classic' })

      it('gives the next event the userId, beside the same anonymousId, with no reload', () =>
        withVisitor(site(), sdk, async (visitor) => {
          const tab = await visitor.open(host)
          await tab.call('track', 'Before')
          await tab.request('/link?value=user-42')
          await tab.call('track', 'After')

          const { anonymousId, userId } = await site().message('Before')
          expect(userId).to.equal(null)
          expect(await site().message('After')).to.include({ anonymousId, userId: 'user-42' })
          expect(await visitor.cookies('ajs_user_id')).to.have.lengthOf(1)
        }))

      it('gives it to the next page, on another host of the domain too', () =>
        withVisitor(site(), sdk, async (visitor) => {
          const tab = await visitor.open(host)
          const anonymousId = await tab.call('anonymousId')
          await tab.request('/link?value=user-42')
          const elsewhere = await visitor.open('www.example.test')
          await elsewhere.call('track', 'Elsewhere')

          expect(await site().message('Elsewhere')).to.include({ anonymousId, userId: 'user-42' })
        }))
    })
  }
}

describe('a userId that analytics-next would read as JSON', () => {
  const site = useSite('express')

  for (const id of ['1e3', '12345678901234567890', 'true', '42', 'jos\u00e9;"x"@example.com']) {
    it(`arrives as it was given: ${id}`, () =>
      withVisitor(site(), 'next', async (visitor) => {
        const tab = await visitor.open(host)
        await tab.request(`/link?value=${encodeURIComponent(id)}`)
        await tab.call('track', `By ${id}`)
        await tab.load()
        await tab.call('track', `Again by ${id}`)

        expect((await site().message(`By ${id}`)).userId).to.equal(id)
        expect((await site().message(`Again by ${id}`)).userId).to.equal(id)
      }))
  }
})

describe('linkUser in a browser whose last user was never reset', () => {
  const site = useSite('express', { classic: true })

  const outcomes = {
    next: 'old',
    'next-1.84.1': 'old',
    'next-in-cookies-alone': 'new',
    classic: 'new',
  } as const
  for (const sdk of Object.keys(outcomes) as (keyof typeof outcomes)[]) {
    const userId = outcomes[sdk]
    const what = userId === 'new' ? 'wins' : 'loses to localStorage, which rewrites the cookie'
    it(`${what}, with ${sdk}`, () =>
      withVisitor(site(), sdk, async (visitor) => {
        const tab = await visitor.open(host)
        await tab.call('identify', { userId: 'old' })
        await tab.request('/link?value=new')
        await tab.load()
        await tab.call('track', `Linked, ${sdk}`)

        expect((await site().message(`Linked, ${sdk}`)).userId).to.equal(userId)
        const cookies = await visitor.cookies('ajs_user_id')
        expect(cookies.map(({ value }) => value.replaceAll('%22', ''))).to.eql([userId])
      }))
  }

  it('wins with identify() in the page, which makes it a new visitor', () =>
    withVisitor(site(), 'next', async (visitor) => {
      const tab = await visitor.open(host)
      await tab.call('identify', { userId: 'old' })
      const before = await tab.call('anonymousId')
      await tab.request('/link?value=new')
      await tab.call('identify', { userId: 'new' })
      await tab.call('track', 'Identified')

      const { userId, anonymousId } = await site().message('Identified')
      expect(userId).to.equal('new')
      expect(anonymousId).to.be.a('string').and.not.to.equal(before)
    }))
})
