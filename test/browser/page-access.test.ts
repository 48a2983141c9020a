// The page for everybody: by keyboard alone, in a narrow window, enlarged, in the dark, without motion, read aloud.
import { expect } from 'chai'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Locator, Page } from 'playwright-core'
import { eachWithShop, exactly, type Shop, withInspector } from './support/inspector.js'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

interface View {
  readonly name: string
  readonly path: string
  /** What is there when all is there. */
  readonly ready: string
}

const VIEWS: readonly View[] = [
  { name: 'messages', path: '/', ready: '.rows a' },
  { name: 'a message as a call', path: '/?message=t1', ready: '.tab-content .code' },
  { name: 'a message raw', path: '/?message=t1&tab=raw', ready: '.tab-content .code' },
  { name: 'a message in rows', path: '/?message=t1&tab=rows', ready: '.fields' },
  { name: 'its resolution', path: '/?message=i2&tab=resolution', ready: '.steps .dropped' },
  { name: 'a wrong filter', path: '/?filter=is:lost', ready: '#filter-problem' },
  { name: 'no match', path: '/?filter=event:none', ready: '.notice' },
  { name: 'people', path: '/people', ready: '.people a' },
  { name: 'a person', path: '/people/user_id:u1?a=user_id:u1&b=email:x', ready: '.because' },
  { name: 'nobody', path: '/people/user_id:none', ready: '.notice.error' },
  { name: 'tables', path: '/tables', ready: '.snippet' },
  { name: 'a table', path: '/tables/identifies', ready: 'table.data td' },
  { name: 'health', path: '/health', ready: '.kinds li' },
]

const filled = async (shop: Shop) => {
  await shop.signUp()
  await shop.mistakes()
}

interface AxeResult {
  readonly violations: readonly {
    readonly id: string
    readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[]
  }[]
}

/** What axe-core finds, in short. */
async function findings(page: Page): Promise<string[]> {
  await page.evaluate(axe)
  const { violations } = await page.evaluate<AxeResult>(
    "axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })",
  )
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary ?? ''}`),
  )
}

const overflow = (page: Page) =>
  page.evaluate<number>(
    'document.documentElement.scrollWidth - document.documentElement.clientWidth',
  )

for (const colorScheme of ['light', 'dark'] as const) {
  describe(`axe-core, ${colorScheme}`, () => {
    const shop = eachWithShop()

    it('finds nothing on any view', () =>
      withInspector(
        shop(),
        async ({ page, open }) => {
          await filled(shop())
          const found: Record<string, string[]> = {}
          for (const { name, path, ready } of VIEWS) {
            await open(path)
            await page.locator(ready).first().waitFor()
            found[name] = await findings(page)
          }
          const none = Object.fromEntries(VIEWS.map(({ name }) => [name, []]))
          expect(found).to.deep.equal(none)
        },
        { colorScheme, bypassCSP: true },
      )).timeout(60_000)

    it('finds nothing while a question is open, with completions, or with nothing there', () =>
      withInspector(
        shop(),
        async ({ page, open }) => {
          for (const path of ['/', '/people', '/tables', '/health']) {
            await open(path)
            await page.locator('h1, h2').first().waitFor()
            expect(await findings(page), path).to.deep.equal([])
          }
          await filled(shop())
          await open('/')
          await page.locator('.rows a').first().waitFor()
          await page.getByLabel('Filter').focus()
          await page.getByRole('option').first().waitFor()
          expect(await findings(page)).to.deep.equal([])
          await open('/people/user_id:u1')
          await page.getByRole('button', { name: 'Erase…' }).click()
          await page.getByRole('button', { name: 'Erase for good' }).waitFor()
          expect(await findings(page)).to.deep.equal([])
        },
        { colorScheme, bypassCSP: true },
      )).timeout(60_000)
  })
}

describe('axe-core', () => {
  const shop = eachWithShop()

  it('would find something: a button without a name', () =>
    withInspector(
      shop(),
      async ({ page, open }) => {
        await open('/')
        await page.evaluate(
          "document.querySelector('main').append(document.createElement('button'))",
        )
        expect((await findings(page)).join()).to.include('button-name')
      },
      { bypassCSP: true },
    ))
})

describe('a narrow or enlarged page', () => {
  const shop = eachWithShop()
  const long = 'x'.repeat(300)

  // 1,280 pixels at 200 % are 640 of the page's.
  for (const [what, width] of [
    ['at 400 pixels', 400],
    ['at 200 %', 640],
    ['at 320 pixels, which is 400 % of 1,280', 320],
  ] as const) {
    it(`has no horizontal bar ${what}, and shows all`, () =>
      withInspector(
        shop(),
        async ({ page, open }) => {
          await filled(shop())
          await shop().send('web', {
            type: 'identify',
            userId: long,
            anonymousId: `${long}-2`,
            traits: { [long]: long },
          })
          for (const { name, path, ready } of VIEWS) {
            await open(path)
            await page.locator(ready).first().waitFor()
            expect(await overflow(page), name).to.equal(0)
          }
          await open(`/people/user_id:${long}`)
          await page.locator('.drawing').waitFor()
          expect(await overflow(page), 'a person with long ids').to.equal(0)
        },
        { viewport: { width, height: 800 }, deviceScaleFactor: width === 640 ? 2 : 1 },
      )).timeout(60_000)
  }
})

describe('the page by keyboard alone', () => {
  const shop = eachWithShop()

  it('goes through messages with j and k, opens, changes tabs, and closes with Escape', () =>
    withInspector(shop(), async ({ page, open }) => {
      await filled(shop())
      await open('/')
      await exactly(page.locator('.rows a'), 7)
      const press = (key: string) => page.keyboard.press(key)
      const chosen = () => page.locator('.rows a[aria-current]').innerText()
      await press('j')
      await page.locator('.rows a[aria-current]').waitFor()
      for (let count = 0; count < 4; count += 1) await press('j')
      await page.waitForURL(/message=t1/)
      expect(await chosen()).to.include('Signed Up')
      await press('k')
      await page.waitForURL(/message=i2/)
      await press('ArrowDown')
      await page.waitForURL(/message=t1/)
      const tab = page.getByRole('tab', { name: 'Call' })
      await tab.waitFor()
      for (let count = 0; count < 12 && !(await isFocused(tab)); count += 1) await press('Tab')
      expect(await isFocused(tab)).to.equal(true)
      await press('ArrowRight')
      await page.waitForURL(/tab=raw/)
      await press('Escape')
      await page.getByRole('region', { name: 'The chosen message' }).waitFor({ state: 'detached' })
    }))

  it('reaches every view and everything in it with Tab, with a focus that is seen', () =>
    withInspector(shop(), async ({ page, open }) => {
      await filled(shop())
      for (const { name, path, ready } of VIEWS) {
        await open(path)
        await page.locator(ready).first().waitFor()
        const reached = new Set<string>()
        for (let count = 0; count < 120; count += 1) {
          await page.keyboard.press('Tab')
          const [where, isSeen] = await page.evaluate<[string, boolean]>(FOCUSED)
          if (where === '' || reached.has(where)) break
          reached.add(where)
          expect(isSeen, `${name}: ${where}`).to.equal(true)
        }
        const left = await page.evaluate<string[]>(missed([...reached]))
        expect(left, name).to.deep.equal([])
      }
    })).timeout(120_000)

  it('gives a dialog the focus, and takes Escape for no', () =>
    withInspector(shop(), async ({ page, open }) => {
      await shop().signUp()
      await open('/people/user_id:u1')
      await page.getByRole('button', { name: 'Erase…' }).focus()
      await page.keyboard.press('Enter')
      const cancel = page.getByRole('button', { name: 'Cancel' })
      await cancel.waitFor()
      expect(await isFocused(cancel)).to.equal(true)
      await page.keyboard.press('Escape')
      await cancel.waitFor({ state: 'detached' })
      expect(await shop().collector.profile('user_id:u1')).not.to.equal(undefined)
    }))
})

describe('the page for those who want no motion', () => {
  const shop = eachWithShop()

  for (const reducedMotion of ['reduce', 'no-preference'] as const) {
    const title = reducedMotion === 'reduce' ? 'moves nothing' : 'may fade a button, and no more'
    it(title, () =>
      withInspector(
        shop(),
        async ({ page, open }) => {
          await filled(shop())
          await open('/')
          await page.locator('.rows a').first().waitFor()
          const moving = await page.evaluate<string[]>(MOVING)
          if (reducedMotion === 'reduce') expect(moving).to.deep.equal([])
          else expect([...new Set(moving)]).to.deep.equal(['background-color'])
        },
        { reducedMotion },
      ),
    )
  }
})

async function isFocused(element: Locator): Promise<boolean> {
  return (await element.and(element.page().locator(':focus')).count()) === 1
}

/** Where the focus is, and whether one sees it. */
const FOCUSED = `(() => {
  const element = document.activeElement
  if (element === null || element === document.body) return ['', true]
  const all = [...document.querySelectorAll('*')]
  const own = getComputedStyle(element)
  const { outlineStyle, outlineWidth, stroke } = own
  const isSeen = (outlineStyle !== 'none' && outlineWidth !== '0px') || stroke !== 'none'
  return [String(all.indexOf(element)), isSeen && own.visibility === 'visible']
})()`

/** What can be worked, is seen, and was not reached. Of the rows one is reached: the others by j and k. */
const missed = (reached: readonly string[]) => `(() => {
  const reached = ${JSON.stringify(reached)}
  const all = [...document.querySelectorAll('*')]
  return [...document.querySelectorAll('a[href], button, input, textarea, [tabindex]')]
    .filter((element) => element.tabIndex >= 0 && element.getClientRects().length > 0)
    .filter((element) => !element.disabled && !reached.includes(String(all.indexOf(element))))
    .map((element) => element.outerHTML.slice(0, 120))
})()`

/** The properties that change gradually. */
const MOVING = `[...document.querySelectorAll('*')].flatMap((element) => {
  const { transitionDuration, transitionProperty, animationName } = getComputedStyle(element)
  const isGradual = transitionDuration.split(', ').some((duration) => parseFloat(duration) > 0)
  return [...(isGradual ? transitionProperty.split(', ') : []), ...(animationName === 'none' ? [] : [animationName])]
})`
