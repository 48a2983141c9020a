// The examples of a signup in a real browser: every click of a visitor who becomes a user, and leaves.
import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { Example, exampleNames } from '../examples/example.js'
import { browser } from './support/chromium.js'

for (const name of exampleNames) {
  describe(`examples/${name} in Chromium`, () => {
    let example: Example
    before(async () => {
      example = await Example.start(name)
    })
    after(() => example.stop())

    for (const host of ['app.example.test', 'localhost']) {
      it(`joins the visitor and the user on ${host}, and makes a new visitor of who logs out`, async () => {
        const context = await browser().newContext()
        const requests: string[] = []
        context.on('request', (request) => requests.push(new URL(request.url()).hostname))
        const before = example.arrivals.length
        const arrived = async (count: number) =>
          (await example.arrived(before + count)).slice(before)

        const page = await context.newPage()
        await page.goto(`http://${host}:${example.port}/`)
        await page.click('#pricing')
        await arrived(2)
        await page.fill('input[name=email]', `jane@${host}`)
        await page.click('form[action="/signup"] button')
        await page.waitForURL('**/welcome')
        await arrived(5)
        await page.click('#logout button')
        await page.waitForURL((url) => url.pathname === '/')
        const arrivals = await arrived(7)

        const { anonymousId } = arrivals[0]!
        const { userId } = arrivals.find(({ what }) => what === 'identify')!
        const next = arrivals.at(-1)!.anonymousId
        expect(anonymousId).to.be.a('string')
        expect(userId).to.be.a('string')
        expect(next).to.be.a('string').and.not.to.equal(anonymousId)
        expect(arrivals).to.have.deep.members([
          { side: 'browser', what: 'page', anonymousId, userId: undefined },
          { side: 'browser', what: 'track Pricing Viewed', anonymousId, userId: undefined },
          { side: 'server', what: 'identify', anonymousId, userId },
          { side: 'server', what: 'track Signed Up', anonymousId, userId },
          { side: 'browser', what: 'page', anonymousId, userId },
          { side: 'server', what: 'track Signed Out', anonymousId, userId },
          { side: 'browser', what: 'page', anonymousId: next, userId: undefined },
        ])
        expect(await idCookies(page)).to.eql([['ajs_anonymous_id', next]])
        expect([...new Set(requests)], 'the hosts it talks to').to.eql([host])
        expect(example.errors).to.eql([])
        await context.close()
      })
    }

    it('lets no other tab bring the old ids back after a logout', async () => {
      const context = await browser().newContext()
      const before = example.arrivals.length
      const arrived = async (count: number) => (await example.arrived(before + count)).slice(before)

      const page = await context.newPage()
      await page.goto(`http://app.example.test:${example.port}/`)
      await page.fill('input[name=email]', 'tabs@example.com')
      await page.click('form[action="/signup"] button')
      await page.waitForURL('**/welcome')
      const other = await context.newPage()
      await other.goto(page.url())
      const { anonymousId, userId } = (await arrived(5)).at(-1)!
      expect(userId).to.be.a('string')

      await page.click('#logout button')
      await other.waitForURL((url) => url.pathname === '/')
      await other.click('#pricing')
      // Signed Out, a page event of each tab, and the click.
      const after = (await arrived(9)).slice(5)
      expect(after.filter((arrival) => arrival.userId === userId)).to.eql([
        { side: 'server', what: 'track Signed Out', anonymousId, userId },
      ])
      expect(after.filter((arrival) => arrival.anonymousId === anonymousId)).to.have.lengthOf(1)
      await context.close()
    })
  })
}

async function idCookies(page: Page): Promise<string[][]> {
  const cookies = await page.context().cookies()
  return cookies
    .filter((cookie) => cookie.name.startsWith('ajs_'))
    .map((cookie) => [cookie.name, cookie.value])
}
