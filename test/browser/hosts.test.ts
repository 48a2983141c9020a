// The visitor whom analytics.js knows and the one whom req.analytics sends are the same, wherever the site is.
import { expect } from 'chai'
import { frameworks, useSite } from './support/site.js'
import { withVisitor } from './support/visitor.js'

/** Each with the domain of the cookie, as Chromium writes it: with a dot, unless the cookie is the host's alone. */
const hosts = {
  'app.example.test': '.example.test',
  'example.test': '.example.test',
  'shop.example.co.uk': '.example.co.uk',
  'me.github.io': '.me.github.io',
  localhost: 'localhost',
  '127.0.0.1': '127.0.0.1',
}

for (const framework of frameworks) {
  for (const sdk of ['next', 'classic'] as const) {
    describe(`${sdk} and a server with ${framework}`, () => {
      const site = useSite(framework)

      for (const [host, domain] of Object.entries(hosts)) {
        it(`know one visitor by one anonymousId on ${host}`, () =>
          withVisitor(site(), sdk, async (visitor) => {
            const tab = await visitor.open(host)
            await tab.call('track', `Clicked on ${host}`)
            const inBrowser = await tab.call('anonymousId')
            await tab.load()

            const fromBrowser = await site().message(`Clicked on ${host}`)
            const fromServer = await site().message(tab.served)
            expect(fromBrowser.context?.library).to.include({ name: 'analytics.js' })
            expect(fromServer.context?.library).to.include({ name: 'selfsame' })
            expect(fromBrowser.anonymousId).to.equal(inBrowser)
            expect(fromServer.anonymousId).to.equal(inBrowser)
            expect(await visitor.cookies('ajs_anonymous_id')).to.have.lengthOf(1)
            expect((await visitor.cookies('ajs_anonymous_id'))[0]).to.include({ domain, path: '/' })
          }))
      }
    })
  }
}
