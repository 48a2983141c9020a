// With issue: true the server names the visitor first, analytics.js adopts the name, and there is one cookie.
import { expect } from 'chai'
import { frameworks, useSite } from './support/site.js'
import { withVisitor } from './support/visitor.js'

const hosts = ['app.example.test', 'shop.example.co.uk', 'me.github.io', 'localhost', '127.0.0.1']

/** What each SDK adopts: the classic one discards an id that is no JSON, analytics-next reads both forms. */
const adopted = [
  { sdk: 'next', classic: false },
  { sdk: 'next', classic: true },
  { sdk: 'next-1.84.1', classic: false },
  { sdk: 'classic', classic: true },
] as const

for (const framework of frameworks) {
  for (const { sdk, classic } of adopted) {
    describe(`an id issued with ${framework}${classic ? ', classic: true,' : ''} to a page with ${sdk}`, () => {
      const site = useSite(framework, { issue: true, classic })

      for (const host of hosts) {
        it(`is adopted on ${host}, in the one cookie`, () =>
          withVisitor(site(), sdk, async (visitor) => {
            const tab = await visitor.open(host)
            const { anonymousId } = await site().message(tab.served)

            await tab.call('track', `Clicked on ${host}`)
            const fromBrowser = await site().message(`Clicked on ${host}`)
            expect(fromBrowser.anonymousId).to.equal(anonymousId).and.to.be.a('string')
            expect(await tab.call('anonymousId')).to.equal(anonymousId)

            await tab.load()
            expect((await site().message(tab.served)).anonymousId).to.equal(anonymousId)
            expect(await visitor.cookies('ajs_anonymous_id')).to.have.lengthOf(1)
          }))
      }
    })
  }
}

describe('an id issued plain to a page with the classic analytics.js', () => {
  const site = useSite('express', { issue: true })

  it('is discarded by it, and the one that it makes instead is what the server reads next', () =>
    withVisitor(site(), 'classic', async (visitor) => {
      const tab = await visitor.open('app.example.test')
      const issued = (await site().message(tab.served)).anonymousId
      const inBrowser = await tab.call('anonymousId')
      expect(inBrowser).not.to.equal(issued)

      await tab.load()
      expect((await site().message(tab.served)).anonymousId).to.equal(inBrowser)
      expect(await visitor.cookies('ajs_anonymous_id')).to.have.lengthOf(1)
    }))
})
