// The page while things happen: a visitor becomes a person before one's eyes; reloads, restarts, two collectors.
import { expect } from 'chai'
import { startCollector } from '@selfsame/collector'
import { Analytics } from '../../lib/index.js'
import { eachWithShop, exactly, Shop, withInspector } from './support/inspector.js'
import { useSite } from './support/site.js'
import { withVisitor } from './support/visitor.js'

describe('the page, while a browser and a server send', () => {
  const site = useSite('express', { issue: true })

  it('shows a visitor of analytics-next and a sign-up at the server become one person', () =>
    withInspector(site().collector, async ({ page, open }) => {
      await withVisitor(site(), 'next', async (visitor) => {
        const tab = await visitor.open('shop.example.test')
        await tab.call('track', 'Looked Around')
        const { anonymousId = '' } = await site().message('Looked Around')
        await open(`/people/anonymous_id:${String(anonymousId)}`)
        await page.getByRole('heading', { name: /^Anonymous/ }).waitFor()
        await exactly(page.locator('.drawing .lane'), 1)

        // Nothing is touched in the page from here on.
        await tab.request('/login?value=before-ones-eyes')
        await site().delivered()
        await page.getByRole('heading', { name: 'before-ones-eyes' }).waitFor()
        await exactly(page.locator('.drawing .lane'), 2)
        await exactly(page.locator('.drawing .tie'), 1)
      })
    }))
})

describe('the page, while its collector is there or not', () => {
  const shop = eachWithShop()

  it('shows each of two collectors its own messages', async () => {
    const other = new Shop(await startCollector())
    try {
      await withInspector(shop(), ({ page, open }) =>
        withInspector(other, async (second) => {
          await open('/')
          await second.open('/')
          await shop().send('web', { type: 'track', userId: 'u1', event: 'Here' })
          await other.send('web', { type: 'track', userId: 'u1', event: 'There' })
          await page.locator('.rows').getByText('Here').waitFor()
          await second.page.locator('.rows').getByText('There').waitFor()
          expect(await page.locator('.rows a').count()).to.equal(1)
          expect(await second.page.locator('.rows a').count()).to.equal(1)
        }),
      )
    } finally {
      await other.collector.close()
    }
  })

  it('misses nothing over a reload in the middle', () =>
    withInspector(shop(), async ({ page, open }) => {
      await open('/')
      const client = new Analytics({ writeKey: 'web-key', host: shop().url, proxy: false })
      for (let count = 0; count < 50; count += 1) {
        client.track({ userId: 'u1', event: `Event ${count}` })
        if (count % 10 === 0) await client.flush()
        if (count === 25) await page.reload()
      }
      await client.close()
      await exactly(page.locator('.rows a'), 50)
    }))

  it('comes back by itself when its collector was restarted, and shows what came meanwhile', () =>
    withInspector(shop(), async ({ page, open }) => {
      await shop().signUp()
      await open('/')
      await exactly(page.locator('.rows a'), 3)
      const { port } = shop().collector
      await shop().collector.close()
      await page.getByText('Connection lost, trying again').waitFor()
      // What is shown stays for as long as nobody answers.
      expect(await page.locator('.rows a').count()).to.equal(3)
      const next = new Shop(await startCollector({ port }))
      try {
        await next.send('web', { type: 'track', userId: 'u9', event: 'After the restart' })
        await page.locator('.rows').getByText('After the restart').waitFor()
        await exactly(page.locator('.rows a'), 1)
        await page.getByText('Live', { exact: true }).waitFor()
        await next.send('web', { type: 'track', userId: 'u9', event: 'And on' })
        await exactly(page.locator('.rows a'), 2)
      } finally {
        await next.collector.close()
      }
    }))

  it('resumes where it was when only the connections broke', () =>
    withInspector(shop(), async ({ page, open, context }) => {
      await shop().signUp()
      await open('/')
      await exactly(page.locator('.rows a'), 3)
      const resumed: (string | undefined)[] = []
      context.on('request', (request) => {
        if (!request.url().includes('/_/live')) return
        void request.allHeaders().then((headers) => resumed.push(headers['last-event-id']))
      })
      await shop().collector.down()
      await page.getByText('Connection lost, trying again').waitFor()
      await shop().collector.up()
      await page.getByText('Live', { exact: true }).waitFor()
      await shop().send('web', { type: 'track', userId: 'u1', event: 'Again' })
      await exactly(page.locator('.rows a'), 4)
      expect(resumed.at(-1)).to.match(/^[\da-f]+-\d+$/)
    }))

  it('is emptied when all messages are deleted', () =>
    withInspector(shop(), async ({ page, open }) => {
      await shop().signUp()
      await open('/')
      await exactly(page.locator('.rows a'), 3)
      shop().collector.clear()
      await page.getByRole('heading', { name: 'Nothing has arrived yet' }).waitFor()
    }))
})
