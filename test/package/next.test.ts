// examples/nextjs with the packed package, built by each of Next.js' bundlers and served in production mode.
import { cp, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { startCollector, type CollectedMessage, type Collector } from '@selfsame/collector'
import { HttpVisitor } from '../examples/http-visitor.js'
import { installBeside, type App } from './support/installation.js'
import { NextServer } from './support/next-server.js'
import { run } from './support/run.js'

const example = fileURLToPath(new URL('../../examples/nextjs', import.meta.url))
const next = 'node_modules/next/dist/bin/next'

describe('a Next.js app', function () {
  this.timeout(300_000)

  let app: App
  let collector: Collector
  let server: NextServer | undefined

  before(async () => {
    app = await installBeside(example, 'nextjs')
  })
  beforeEach(async () => {
    collector = await startCollector()
  })
  afterEach(async () => {
    await server?.stop()
    server = undefined
    await collector.close()
  })

  const build = (bundler: string): Promise<unknown> =>
    // A build has no write key: that is a secret of the server.
    run(process.execPath, [next, 'build', bundler], {
      cwd: app.folder,
      env: { NEXT_TELEMETRY_DISABLED: '1', STANDALONE: '1' },
      timeout: 200_000,
    })

  const start = async (program: string[], cwd: string): Promise<NextServer> =>
    (server = await NextServer.start(program, cwd, {
      NEXT_TELEMETRY_DISABLED: '1',
      SEGMENT_WRITE_KEY: 'next',
      SEGMENT_HOST: collector.url,
    }))

  for (const bundler of ['--turbopack', '--webpack']) {
    describe(`built with ${bundler}`, () => {
      before(() => build(bundler))

      it('makes one person of the visitor and the user', async () => {
        const { origin } = await start([next, 'start'], app.folder)
        await signUp(origin, collector)
      })

      it('delivers at SIGTERM what is pending', async () => {
        const running = await start([next, 'start'], app.folder)
        await endsDelivered(running, collector)
      })

      it('does so without node_modules, from its standalone folder', async () => {
        const folder = join(dirname(app.folder), 'nextjs-standalone')
        await cp(join(app.folder, '.next/standalone'), folder, {
          recursive: true,
          verbatimSymlinks: true,
        })
        try {
          const standalone = await start(['server.js'], folder)
          await signUp(standalone.origin, collector)
          // Delivered with axios: its files are all there.
          expect(await standalone.stop()).not.to.include('SELFSAME')
          await collector.close()
          collector = await startCollector()
          await endsDelivered(await start(['server.js'], folder), collector)
        } finally {
          await rm(folder, { recursive: true })
        }
      })
    })
  }
})

/** A new visitor looks at the page and sends its form, a server action. */
async function signUp(origin: string, collector: Collector): Promise<void> {
  const visitor = new HttpVisitor(origin)
  const home = await visitor.get('/')
  expect(home.status).to.equal(200)
  const anonymousId = visitor.cookie('ajs_anonymous_id')
  expect(anonymousId).to.match(/^[\da-f-]{36}$/)

  const form = new FormData()
  const [, action] = /name="(\$ACTION_ID_\w+)"/.exec(await home.text()) ?? []
  form.set(action ?? 'the page has no action', '')
  form.set('email', 'jane@example.com')
  const answer = await visitor.post('/', form)
  expect(answer.status).to.equal(303)
  const userId = visitor.cookie('ajs_user_id')
  expect(userId).to.match(/^[\da-f-]{36}$/)

  // The proxy gives nobody a second id.
  expect((await visitor.get('/')).headers.getSetCookie()).to.deep.equal([])
  expect(visitor.cookie('ajs_anonymous_id')).to.equal(anonymousId)

  // after(flush) sends them long before the client's own interval would.
  await collector.waitFor(4, { timeout: 5000 })
  expect(collector.messages.map(seen)).to.have.deep.members([
    { what: 'page Home', anonymousId, userId: undefined },
    { what: 'identify', anonymousId, userId },
    { what: 'track Signed Up', anonymousId, userId },
    { what: 'page Home', anonymousId, userId: undefined },
  ])
  expect(collector.rejected).to.deep.equal([])
}

/** A route handler tracks, nothing flushes, and the server is told to stop. */
async function endsDelivered(server: NextServer, collector: Collector): Promise<void> {
  const visitor = new HttpVisitor(server.origin)
  const answer = await visitor.get('/api/plans')
  expect(await answer.json()).to.deep.equal(['free', 'premium'])
  expect(collector.messages).to.deep.equal([])

  const output = await server.stop()
  expect(output).not.to.match(/not delivered|SELFSAME/)
  expect(collector.messages.map(seen)).to.deep.equal([
    {
      what: 'track Plans Viewed',
      anonymousId: visitor.cookie('ajs_anonymous_id'),
      userId: undefined,
    },
  ])
}

function seen({ type, event, name, anonymousId, userId }: CollectedMessage): object {
  const what = [type, event ?? name].filter((part) => part !== undefined).join(' ')
  return { what, anonymousId, userId }
}
