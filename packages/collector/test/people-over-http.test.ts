// From a request to people and tables, over HTTP, in memory and in a file.
import { expect } from 'chai'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Analytics } from '../../../lib/index.js'
import { type CollectorOptions, startCollector } from '../lib/index.js'

const sources = { 'key-1': 'segkicks-ios', 'key-2': 'segkicks-android', 'key-3': 'segruns' }
const userId = 'abc123def'
const iphone = { device: { type: 'ios', id: 'ios_abc123' } }
const android = { device: { type: 'android', id: 'and_1a2b3c4d' } }

/** The seven messages of Segment's example of a shop, sent by three programs. */
async function janeBuysShoes(host: string): Promise<void> {
  const at = (day: number) => new Date(Date.UTC(2026, 10, day))
  const first = new Analytics({ writeKey: 'key-1', host })
  const events = ['App Opened', 'ShoeA Clicked', 'ShoeB Clicked', 'ShoeC Clicked']
  for (const event of events) {
    first.track({ anonymousId: 'anon_123', event, context: iphone, timestamp: at(14) })
  }
  const traits = { email: 'jane.doe@example.com' }
  first.identify({ userId, anonymousId: 'anon_123', traits, context: iphone, timestamp: at(15) })
  await first.close()
  const second = new Analytics({ writeKey: 'key-2', host })
  second.identify({ userId, anonymousId: 'anon_456', context: android, timestamp: at(16) })
  await second.close()
  const third = new Analytics({ writeKey: 'key-3', host })
  third.identify({ userId, anonymousId: 'anon_789', context: android, timestamp: at(17) })
  await third.close()
}

describe('three programs of one person', () => {
  const folder = mkdtempSync(join(tmpdir(), 'selfsame-'))
  after(() => rmSync(folder, { recursive: true }))

  for (const [place, options] of [
    ['in memory', {}],
    ['in a file', { db: join(folder, 'shop.db') }],
  ] as [string, CollectorOptions][]) {
    it(`are one person with seven ids, each with its source and first-seen date, ${place}`, async () => {
      await using collector = await startCollector({ ...options, sources, space: 'shop' })
      await janeBuysShoes(collector.url)
      const jane = await collector.profile('email:jane.doe@example.com')
      expect(
        jane?.identifiers.map(({ type, value, source, createdAt }) =>
          [type, value, source, createdAt.slice(0, 10)].join(' '),
        ),
      ).to.deep.equal([
        'anonymous_id anon_123 segkicks-ios 2026-11-14',
        'ios.id ios_abc123 segkicks-ios 2026-11-14',
        'user_id abc123def segkicks-ios 2026-11-15',
        'email jane.doe@example.com segkicks-ios 2026-11-15',
        'android.id and_1a2b3c4d segkicks-android 2026-11-16',
        'anonymous_id anon_456 segkicks-android 2026-11-16',
        'anonymous_id anon_789 segruns 2026-11-17',
      ])
      expect(await collector.table('tracks')).to.have.length(4)
      expect(await collector.table('identifies')).to.have.length(3)
      expect((await collector.table('users')).map(({ id }) => id)).to.deep.equal([userId])
    })
  }

  it('are three people if nothing is shared', async () => {
    await using collector = await startCollector({ sources })
    await janeBuysShoes(collector.url)
    const ids = new Set<string | undefined>()
    for (const space of Object.values(sources)) {
      ids.add((await collector.profile(`user_id:${userId}`, { space }))?.id)
    }
    expect(ids.size).to.equal(3)
  })
})

describe('a person of whom only the parts of the name are known', () => {
  it('has a name, in the process, over HTTP and in the tables', async () => {
    await using collector = await startCollector()
    const analytics = new Analytics({ writeKey: 'k', host: collector.url })
    analytics.identify({ userId: 'u1', traits: { firstName: 'Jane' } })
    analytics.identify({ userId: 'u1', traits: { lastName: 'Doe' } })
    await analytics.close()
    expect((await collector.profile('user_id:u1'))?.traits).to.include({ name: 'Jane Doe' })
    const path = '/v1/spaces/default/collections/users/profiles/user_id:u1/traits'
    const answer = (await (await fetch(collector.url + path)).json()) as { traits: unknown }
    expect(answer.traits).to.deep.equal({ firstName: 'Jane', lastName: 'Doe', name: 'Jane Doe' })
    expect((await collector.table('users'))[0]).to.include({ name: 'Jane Doe' })
  })
})

describe('a collector with a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'selfsame-'))
  after(() => rmSync(folder, { recursive: true }))

  it('has everything when it is started again, and knows what it has', async () => {
    const db = join(folder, 'again.db')
    const message = { messageId: 'm1', type: 'identify', userId: 'u1', traits: { plan: 'pro' } }
    const send = (url: string) =>
      fetch(`${url}/v1/batch`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: 'Basic a2V5Og==' },
        body: JSON.stringify({ batch: [message] }),
      })
    const first = await startCollector({ db })
    expect((await send(first.url)).status).to.equal(200)
    await first.close()
    await using second = await startCollector({ db })
    expect((await send(second.url)).status).to.equal(200)
    expect(second).to.include({ accepted: 0, duplicates: 1 })
    expect((await second.profile('user_id:u1'))?.traits).to.deep.equal({ plan: 'pro' })
    expect(await second.findMessages('user:u1')).to.have.length(1)
  })

  it('answers 503 with Retry-After when the file cannot be written, and the client keeps its messages', async () => {
    const db = join(folder, 'locked.db')
    await using collector = await startCollector({ db })
    const analytics = new Analytics({ writeKey: 'k', host: collector.url })
    const { openSqliteStore } = await import('../lib/store/sqlite/sqlite-store.js')
    const other = await openSqliteStore({ path: db })
    let release = (): void => undefined
    const released = new Promise<void>((resolve) => (release = resolve))
    // It holds the file's lock for longer than the collector waits for it.
    const holding = other.transaction(() => released)
    analytics.track({ userId: 'u1', event: 'Order Completed' })
    const flushed = analytics.flush()
    while (!collector.requests.some(({ status }) => status === 503)) {
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    expect(collector.accepted).to.equal(0)
    release()
    await holding
    await other.close()
    expect(await flushed).to.include({ delivered: 1, failed: 0 })
    expect(collector.accepted).to.equal(1)
    await analytics.close()
  }).timeout(30_000)
})
