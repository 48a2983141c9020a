// The views of tables and of health, in memory and with a database.
import { expect } from 'chai'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Analytics } from '../../lib/index.js'
import { startCollector } from '@selfsame/collector'
import { eachWithShop, exactly, Shop, withInspector } from './support/inspector.js'

describe('the view of tables', () => {
  const shop = eachWithShop()

  it('has the tables with their rows, columns and types', () =>
    withInspector(shop(), async ({ page, open }) => {
      await shop().signUp()
      await open('/tables')
      await page.getByRole('link', { name: 'signed_up 1' }).click()
      await page.waitForURL(/\/tables\/signed_up$/)
      const rows = page.getByRole('region', { name: 'Newest rows of signed_up' })
      await rows.getByText('premium').waitFor()
      const columns = page.getByRole('region', { name: 'Columns of signed_up' })
      expect(await columns.innerText()).to.match(/received_at\s+timestamp/)
      await shop().send('web', { type: 'track', userId: 'u2', event: 'Signed Up' })
      await exactly(rows.locator('tbody tr'), 2)
    }))

  it('says how to get SQL from a store that has none', () =>
    withInspector(shop(), async ({ page, open }) => {
      await open('/tables')
      await page.getByText('npx @selfsame/collector --db events.db').waitFor()
    }))

  it('asks read-only SQL of a database; the address has the query', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'selfsame-page-'))
    const collector = await startCollector({
      db: join(folder, 'events.db'),
      sources: { 'web-key': 'web', 'server-key': 'server' },
      space: 'shop',
    })
    try {
      await new Shop(collector).signUp()
      await withInspector(collector, async ({ page, open }) => {
        await open('/tables')
        const run = async (sql: string) => {
          await page.getByLabel('Read-only SQL').fill(sql)
          await page.keyboard.press('Control+Enter')
        }
        const result = page.getByRole('region', { name: 'Result' })
        await run("select 'x' || user_id as who, 1 as one from tracks")
        await result.getByText('xu1').waitFor()
        await page.reload()
        await result.getByText('xu1').waitFor()
        await run('delete from tracks')
        await page.getByRole('alert').waitFor()
        expect(await collector.table('tracks')).to.have.length(1)
      })
    } finally {
      await collector.close()
      rmSync(folder, { recursive: true })
    }
  })
})

describe('the view of health', () => {
  const shop = eachWithShop()

  it('counts messages, people, violations and discards, and names the senders', () =>
    withInspector(shop(), async ({ page, open }) => {
      await shop().signUp()
      await shop().mistakes()
      await open('/health')
      const number = (name: string) =>
        page
          .locator('.numbers > div')
          .filter({ hasText: new RegExp(`^${name}`) })
          .locator('strong')
      await number('messages').getByText('5').waitFor()
      expect(await number('people').innerText()).to.equal('2')
      expect(await number('discarded').innerText()).to.equal('1')
      expect(await number('duplicates').innerText()).to.equal('1')
      const kinds = await page.locator('.kinds li').allInnerTexts()
      expect(kinds.join('|')).to.match(/Identifier value limit exceeded\n1[^]*event_not_defined\n1/)
      await page.getByRole('link', { name: 'event_not_defined' }).click()
      await exactly(page.locator('.rows a'), 1)
    }))

  it('counts what arrives while one looks', () =>
    withInspector(shop(), async ({ page, open }) => {
      await open('/health')
      await page.getByText('None since the start.').waitFor()
      await shop().signUp()
      await page.locator('.numbers > div').first().getByText('3').waitFor()
    }))

  it('misbehaves as told, so that an app is seen to survive', () =>
    withInspector(shop(), async ({ page, open }) => {
      await open('/health')
      const press = (name: string) => page.getByRole('button', { name }).click()
      const send = () =>
        fetch(`${shop().url}/v1/track`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', authorization: 'Basic eDo=' },
          body: '{"userId":"u1","event":"E"}',
        })
      await press('Answer 429')
      await page.getByText('Answer 429: with Retry-After: 5').waitFor()
      const limited = await send()
      expect([limited.status, limited.headers.get('retry-after')]).to.deep.equal([429, '5'])
      await press('Answer 500')
      await page.getByText('Answer 500: to everything').waitFor()
      expect((await send()).status).to.equal(500)
      await press('Behave')
      await page.getByText('It behaves').waitFor()
      expect((await send()).status).to.equal(200)
    }))

  it('goes away for 10 s and comes back; a client then delivers what it kept', () =>
    withInspector(shop(), async ({ page, open }) => {
      await open('/health')
      await page.getByRole('button', { name: 'Go away for 10 s' }).click()
      await page.getByText('Each connection is broken').waitFor()
      const start = performance.now()
      const client = new Analytics({ writeKey: 'server-key', host: shop().url, proxy: false })
      client.track({ userId: 'u1', event: 'While Away' })
      const flushed = client.flush()
      expect(await shop().collector.findMessages()).to.deep.equal([])
      await page.getByText('It behaves').waitFor()
      expect(performance.now() - start).to.be.within(8_000, 12_000)
      await flushed
      await client.close()
      expect(await shop().collector.findMessages('event:"While Away"')).to.have.length(1)
    })).timeout(60_000)
})
