// Hostile content is text, whatever it is and wherever it is shown; nothing of it runs.
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { eachWithShop, type Shop, withInspector } from './support/inspector.js'

/** Each would set `window.hit` if it ran. */
const HOSTILE = {
  html: '<img src=x onerror="window.hit=1"><script>window.hit=1</script>',
  attribute: '" onmouseover="window.hit=1" x="',
  link: 'javascript:window.hit=1',
  template: '${window.hit=1}{{window.hit=1}}',
  closing: '</pre></code></style></title></svg><svg onload="window.hit=1">',
  marks: 'abc\u202egnp.exe\u2066\u200f',
  control: 'a\u0000b\u0007c\u001b[31m\r\n\t\u2028d',
  emoji: '👩‍👩‍👧‍👦🏴‍☠️',
  surrogate: 'half \ud83d pair',
  prototype: '__proto__',
} as const

/** Characters that are not seen, or that turn the order of others. */
// eslint-disable-next-line no-control-regex -- they are what must not be there
const UNSEEN = /[\u0000\u0007\u001b\u200e\u200f\u202a-\u202e\u2066-\u2069]/

const LARGE = 'L'.repeat(1_000_000)

async function poison(shop: Shop): Promise<void> {
  for (const text of Object.values(HOSTILE)) {
    await shop.send('web', {
      type: 'identify',
      userId: text,
      anonymousId: `a ${text}`,
      traits: { email: text, name: text, [text]: text, list: [text, { [text]: text }] },
      context: { library: { name: text, version: text }, page: { url: text } },
    })
    await shop.send('web', {
      type: 'track',
      userId: text,
      event: text,
      properties: { [text]: text },
    })
    await shop.send('web', { type: 'group', userId: text, groupId: text, traits: { name: text } })
    await shop.send('web', { type: 'track', userId: text, event: { text }, properties: text })
    // The same browser again, by another user: refused, and drawn so.
    await shop.send('web', { type: 'identify', userId: `2 ${text}`, anonymousId: `a ${text}` })
  }
  await shop.send('web', { type: 'track', userId: 'large', event: LARGE, properties: { a: LARGE } })
}

const hits = (page: Page) => page.evaluate<unknown>('window.hit')
const elements = (page: Page) =>
  page.evaluate<number>(
    "document.querySelectorAll('main img, main script, main iframe, main [onload], main [onmouseover], main [onerror]').length",
  )

describe('hostile content', () => {
  // A message of 1 MB is more than the service would take.
  const shop = eachWithShop({ maxMessageBytes: 4_000_000, maxBodyBytes: 8_000_000 })

  it('is shown as text on every view, and runs nowhere', () =>
    withInspector(shop(), async ({ page, open }) => {
      await poison(shop())
      const seen = async (what: string, ready: string) => {
        await page.locator(ready).first().waitFor()
        expect(await hits(page), what).to.equal(undefined)
        expect(await elements(page), what).to.equal(0)
      }
      await open('/')
      await seen('the list', '.rows a')
      expect(await page.locator('.rows').innerText()).to.include('<img src=x onerror=')
      const count = await page.locator('.rows a').count()
      expect(count).to.equal(Object.keys(HOSTILE).length * 5 + 1)
      for (let place = 0; place < count; place += 1) {
        await page.keyboard.press('j')
        for (const tab of ['Call', 'Raw', 'Rows', 'Resolution']) {
          await page.getByRole('tab', { name: tab }).click()
          await seen(`${tab} of row ${place}`, '.tab-content > *')
        }
      }
      await open('/people')
      await seen('people', '.people a')
      const people = await fetch(`${shop().url}/_/profiles?limit=200`)
      const { profiles } = (await people.json()) as { profiles: { id: string }[] }
      expect(profiles.length).to.be.above(Object.keys(HOSTILE).length)
      for (const { id: name } of profiles) {
        await open(`/people/${name}`)
        await seen(`the person ${name}`, '.drawing')
        for (const joint of await page.locator('.drawing .column').all()) await joint.focus()
        const explain = page.getByRole('button', { name: 'Explain' })
        // Who has one id alone has nothing to be explained.
        if (await explain.isDisabled()) continue
        await explain.click()
        await seen(`why of ${name}`, '.because')
      }
      const tables = await fetch(`${shop().url}/_/tables`)
      const { tables: all } = (await tables.json()) as { tables: { name: string }[] }
      expect(all.length).to.be.above(15)
      for (const { name } of all) {
        await open(`/tables/${encodeURIComponent(name)}`)
        await seen(`the table ${name}`, 'main h1')
      }
      await open('/health')
      await seen('health', '.kinds li')
    })).timeout(180_000)

  it('turns no order, and hides nothing: what is not seen is written out', () =>
    withInspector(shop(), async ({ page, open }) => {
      await poison(shop())
      for (const path of ['/', '/people', '/tables/users']) {
        await open(path)
        await page.locator('.rows a, .people a, table.data td').first().waitFor()
        const text = await page.locator('main').innerText()
        expect(text, path).not.to.match(UNSEEN)
        expect(text, path).to.include('\\u202e')
      }
    }))

  it('in the address is text as well', () =>
    withInspector(shop(), async ({ page, open }) => {
      const text = encodeURIComponent(HOSTILE.html)
      for (const path of [
        `/?filter=${text}`,
        `/?message=${text}&tab=${text}`,
        `/?refused=${text}`,
        `/people/${text}`,
        `/people?search=${text}`,
        `/tables/${text}`,
        `/?filter=is:${text}&before=${text}`,
      ]) {
        await open(path)
        await page.locator('.notice, .empty').first().waitFor()
        expect(await hits(page), path).to.equal(undefined)
        expect(await elements(page), path).to.equal(0)
      }
    }))

  it('that got into the page as markup would still be stopped by its policy', async () => {
    let stopped: string[] = []
    await withInspector(shop(), async ({ page, open, troubles }) => {
      await open('/')
      const planted = `<img src=x onerror="window.hit=1"><a href="javascript:window.hit=1">x</a>`
      await page.evaluate(`document.querySelector('main').innerHTML = ${JSON.stringify(planted)}`)
      await page.evaluate("document.querySelector('main a').click()")
      const count = () => page.evaluate<string[]>('window.stopped')
      while ((await count()).length < 2) await page.evaluate('new Promise(requestAnimationFrame)')
      expect(await hits(page)).to.equal(undefined)
      stopped = await count()
      await page.evaluate('window.stopped = []')
      // The image itself is the page's own origin, and is not there.
      troubles.length = 0
    })
    expect(stopped.join()).to.include('script-src-attr').and.to.include('inline')
  })
})

describe('a foreign page', () => {
  const shop = eachWithShop()
  let server: Server

  before(async () => {
    server = createServer((_, response) => response.end('<!doctype html><title>foreign</title>'))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
  })
  after(() => server.close())

  // Of another site, and of another port of the same host, which to a browser is the same site.
  for (const host of ['evil.example.test', '127.0.0.1']) {
    it(`at ${host} reads nothing and changes nothing, nor can it put the page into a frame`, () =>
      withInspector(shop(), async ({ context, open, troubles }) => {
        await shop().signUp()
        await open('/')
        const foreign = await context.newPage()
        await foreign.goto(`http://${host}:${(server.address() as AddressInfo).port}/`)
        for (const mode of ['cors', 'no-cors']) {
          for (const [method, path] of [
            ['GET', '/_/messages'],
            ['GET', '/page/page.js'],
            ['POST', '/_/profiles/user_id:u1/erase'],
          ] as const) {
            const said = await foreign.evaluate<string>(
              `fetch('${shop().url}${path}', { method: '${method}', mode: '${mode}' })
                .then((reply) => 'read ' + reply.type, () => 'refused')`,
            )
            expect(said, `${mode} ${method} ${path}`).to.equal('refused')
          }
        }
        const erased = await foreign.evaluate<string>(
          `fetch('${shop().url}/_/messages', { method: 'DELETE' }).catch(() => 'refused')`,
        )
        expect(erased).to.equal('refused')
        expect(await shop().collector.findMessages()).to.have.length(3)
        expect(await shop().collector.profile('user_id:u1')).not.to.equal(undefined)

        await foreign.setContent(`<iframe src="${shop().url}/"></iframe>`)
        await foreign.frames()[1]?.waitForLoadState()
        expect(await foreign.frames()[1]?.locator('main').count()).to.equal(0)
        troubles.length = 0
      }))
  }
})
