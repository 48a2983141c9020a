// The examples of a signup, run as a reader runs them, over plain HTTP. In Chromium: test/browser/examples.test.ts.
import { expect } from 'chai'
import { Example, exampleNames } from './example.js'
import { HttpVisitor } from './http-visitor.js'

for (const name of exampleNames) {
  describe(`examples/${name}`, function () {
    this.timeout(20_000)

    let example: Example
    let visitor: HttpVisitor

    before(async () => {
      example = await Example.start(name)
    })

    beforeEach(() => {
      visitor = new HttpVisitor(`http://127.0.0.1:${example.port}`)
    })

    it('has a page whose script is analytics.js, and which makes no visitor twice', async () => {
      const home = await visitor.get('/')
      expect(home.headers.get('content-type')).to.contain('text/html')
      const [, path = ''] = /<script src="([^"]+)"/.exec(await home.text()) ?? []
      const issued = visitor.cookie('ajs_anonymous_id')

      const script = await visitor.get(path)
      expect(script.headers.get('content-type')).to.contain('javascript')
      expect(await script.text()).to.contain('ajs_anonymous_id')
      expect(script.headers.getSetCookie()).to.deep.equal([])

      expect((await visitor.get('/')).headers.getSetCookie()).to.deep.equal([])
      expect(visitor.cookie('ajs_anonymous_id')).to.equal(issued).and.to.be.a('string')
    })

    it('makes one person of the visitor and the user', async () => {
      const before = example.arrivals.length
      await visitor.get('/')
      const anonymousId = visitor.cookie('ajs_anonymous_id')
      await visitor.browserPage()
      const signup = await visitor.post('/signup', { email: 'jane@example.com' })
      expect(signup.status).to.equal(303)
      expect(signup.headers.get('location')).to.equal('/welcome')
      expect((await visitor.get('/welcome')).status).to.equal(200)
      const userId = visitor.cookie('ajs_user_id')
      expect(userId).to.be.a('string')
      await visitor.browserPage()

      const arrivals = (await example.arrived(before + 4)).slice(before)
      expect(arrivals).to.have.deep.members([
        { side: 'browser', what: 'page', anonymousId, userId: undefined },
        { side: 'server', what: 'identify', anonymousId, userId },
        { side: 'server', what: 'track Signed Up', anonymousId, userId },
        { side: 'browser', what: 'page', anonymousId, userId },
      ])
    })

    it('makes a new visitor of who logs out', async () => {
      const before = example.arrivals.length
      await visitor.get('/')
      const anonymousId = visitor.cookie('ajs_anonymous_id')
      await visitor.post('/signup', { email: 'leaver@example.com' })
      const userId = visitor.cookie('ajs_user_id')
      const logout = await visitor.post('/logout')
      expect(logout.status).to.equal(303)
      for (const cookie of ['ajs_anonymous_id', 'ajs_user_id', 'session']) {
        expect(visitor.cookie(cookie), cookie).to.equal(undefined)
      }

      await visitor.get('/')
      expect(visitor.cookie('ajs_anonymous_id')).to.be.a('string').and.not.to.equal(anonymousId)
      expect((await visitor.get('/welcome')).status).to.equal(303)

      const arrivals = (await example.arrived(before + 3)).slice(before)
      const ids = { side: 'server', anonymousId, userId }
      expect(arrivals).to.deep.equal([
        { ...ids, what: 'identify' },
        { ...ids, what: 'track Signed Up' },
        { ...ids, what: 'track Signed Out' },
      ])
    })

    it('knows a user again on a second device: one userId, an anonymousId for each browser', async () => {
      const before = example.arrivals.length
      const secondDevice = new HttpVisitor(`http://127.0.0.1:${example.port}`)
      await visitor.post('/signup', { email: 'both@example.com' })
      await secondDevice.post('/signup', { email: 'both@example.com' })

      const arrivals = (await example.arrived(before + 4)).slice(before)
      const userId = visitor.cookie('ajs_user_id')
      const first = { side: 'server', anonymousId: visitor.cookie('ajs_anonymous_id'), userId }
      const second = { ...first, anonymousId: secondDevice.cookie('ajs_anonymous_id') }
      expect(second.anonymousId).not.to.equal(first.anonymousId)
      expect(arrivals).to.deep.equal([
        { ...first, what: 'identify' },
        { ...first, what: 'track Signed Up' },
        { ...second, what: 'identify' },
        { ...second, what: 'track Signed In' },
      ])
    })

    it('logs nobody in because of a user id in a cookie', async () => {
      const stranger = await fetch(`http://127.0.0.1:${example.port}/welcome`, {
        headers: { cookie: 'ajs_user_id=somebody' },
        redirect: 'manual',
      })
      expect(stranger.status).to.equal(303)
    })

    it('ends with everything delivered, when it is told to', async () => {
      expect(await example.stop()).to.equal(0)
      expect(example.lines.at(-1)).to.match(/^delivered \d+, failed 0, pending 0$/)
      expect(example.errors).to.deep.equal([])
    })

    after(() => example.stop())
  })
}
