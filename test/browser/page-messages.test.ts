// The view of messages: the list, the filter, the chosen message.
import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { eachWithShop, exactly, withInspector } from './support/inspector.js'

const rows = (page: Page) => page.locator('.rows a')
const panel = (page: Page) => page.getByRole('region', { name: 'The chosen message' })

describe('the view of messages', () => {
  const shop = eachWithShop()

  it('says what to send while there is nothing, and shows the first message when it comes', () =>
    withInspector(shop(), async ({ page, open }) => {
      await open('/')
      await page.getByRole('heading', { name: 'Nothing has arrived yet' }).waitFor()
      const code = await page.locator('.snippet code').innerText()
      expect(code).to.include(`${shop().url}/v1/track`)
      await shop().send('web', { type: 'track', userId: 'u1', event: 'First' })
      await rows(page).getByText('First').waitFor()
      expect(await page.getByText('Nothing has arrived yet').count()).to.equal(0)
    }))

  it('shows what arrives as it arrives, the newest first, and what was refused', () =>
    withInspector(shop(), async ({ page, open }) => {
      await open('/')
      await page.getByText('Live', { exact: true }).waitFor()
      await shop().signUp()
      await shop().mistakes()
      await rows(page).nth(6).waitFor()
      const texts = await rows(page).allInnerTexts()
      expect(texts.map((text) => text.split('\n').slice(1, 3).join(' '))).to.deep.equal([
        'track Signed Up',
        'track event_not_defined',
        'track Who',
        'identify Identifier value limit exceeded',
        'track Signed Up',
        'identify email, plan',
        'page Pricing',
      ])
      expect(texts[0]).to.include('duplicate')
      expect(texts[2]).to.include('ID value blocked').and.to.include('nobody')
    }))

  it('says what is not as planned', () =>
    withInspector(shop(), async ({ page, open }) => {
      const violations = [
        { type: 'Required', field: 'properties.plan', description: 'is missing' },
        { type: 'Unplanned Event', field: 'event', description: 'did you mean "Signed Up"?' },
      ]
      await shop().send('web', {
        type: 'track',
        userId: 'u1',
        event: 'Signed up',
        context: { violations },
      })
      await open('/')
      await rows(page).first().waitFor()
      const text = await rows(page).first().innerText()
      expect(text).to.include('Required').and.to.include('Unplanned Event')
      await rows(page).first().click()
      await panel(page).getByText('Not as planned:').waitFor()
      expect(await panel(page).getByRole('listitem').allInnerTexts()).to.deep.equal([
        'properties.plan: is missing (Required)',
        'event: did you mean "Signed Up"? (Unplanned Event)',
      ])
    }))

  it('stands still in a pause, says how many came, and goes on', () =>
    withInspector(shop(), async ({ page, open }) => {
      await shop().signUp()
      await open('/')
      await rows(page).nth(2).waitFor()
      await page.keyboard.press('p')
      await page.getByText('Paused.').waitFor()
      await shop().send('web', { type: 'track', userId: 'u1', event: 'Meanwhile' })
      await page.getByText('Paused. 1 more came.').waitFor()
      expect(await rows(page).count()).to.equal(3)
      await page.keyboard.press('p')
      await rows(page).getByText('Meanwhile').waitFor()
      expect(await rows(page).count()).to.equal(4)
    }))

  it('filters what is there and what comes, and the address says so', () =>
    withInspector(shop(), async ({ page, open }) => {
      await shop().signUp()
      await open('/')
      await rows(page).nth(2).waitFor()
      await page.keyboard.press('/')
      await page.keyboard.type('type:track user:u1')
      await page.waitForURL(/filter=type%3Atrack\+user%3Au1/)
      await exactly(page.locator('.rows a'), 1)
      await shop().send(
        'web',
        { type: 'page', userId: 'u1', name: 'Not this' },
        { type: 'track', userId: 'u1', event: 'This' },
      )
      await rows(page).getByText('This', { exact: true }).waitFor()
      expect(await rows(page).count()).to.equal(2)
      await page.reload()
      await rows(page).nth(1).waitFor()
      expect(await page.getByLabel('Filter').inputValue()).to.equal('type:track user:u1')
    }))

  it('says what is wrong with a filter, where, and what is allowed', () =>
    withInspector(shop(), async ({ page, open }) => {
      await shop().signUp()
      await open('/')
      await page.getByLabel('Filter').fill('is:lost')
      await page.getByText(/filter, character \d+: .*"lost".*allowed/).waitFor()
      await page.getByLabel('Filter').fill('is:unresolved')
      await page.getByText('No message matches').waitFor()
    }))

  it('completes keys and the values that were seen, by keyboard', () =>
    withInspector(shop(), async ({ page, open }) => {
      await shop().signUp()
      await open('/')
      await rows(page).nth(2).waitFor()
      await page.keyboard.press('/')
      await page.keyboard.type('ev')
      await page.keyboard.press('ArrowDown')
      await page.keyboard.press('Enter')
      const field = page.getByLabel('Filter')
      expect(await field.inputValue()).to.equal('event:')
      await page.getByRole('option', { name: 'event:"Signed Up"' }).waitFor()
      await page.keyboard.press('ArrowDown')
      await page.keyboard.press('Enter')
      expect(await field.inputValue()).to.equal('event:"Signed Up" ')
      await exactly(page.locator('.rows a'), 1)
    }))

  it('shows the chosen message as a call, raw, in rows and with its resolution', () =>
    withInspector(shop(), async ({ page, open }) => {
      await shop().signUp()
      await open('/')
      await rows(page).getByText('Signed Up').click()
      await page.waitForURL(/message=t1/)
      const content = panel(page).getByRole('tabpanel')
      await content.getByText("event: 'Signed Up'").waitFor()
      expect(await content.innerText()).to.include('analytics.track({')
      await page.getByRole('tab', { name: 'Raw' }).click()
      await content.getByText('"messageId": "t1"').waitFor()
      await page.getByRole('tab', { name: 'Rows' }).click()
      await content.getByRole('link', { name: 'signed_up', exact: true }).waitFor()
      expect(await content.getByRole('link').allInnerTexts()).to.deep.equal(['tracks', 'signed_up'])
      await page.getByRole('tab', { name: 'Resolution' }).click()
      await content.getByText('It is counted to').waitFor()
      // Sent to a colleague, the address shows the same.
      await page.reload()
      await content.getByText('It is counted to').waitFor()
    }))

  it('says in one sentence why a message did not join, with a link to the other person', () =>
    withInspector(shop(), async ({ page, open }) => {
      await shop().signUp()
      await shop().mistakes()
      await open('/?message=i2&tab=resolution')
      await page
        .getByText(
          'anonymous_id a1 was left out: anonymous_id a1 already belongs to user_id u1, and a person has one user_id.',
        )
        .waitFor()
      await page.getByRole('link', { name: 'That other person' }).click()
      await page.getByRole('heading', { name: 'jane@example.com' }).waitFor()
    }))

  it('says which rule discarded a message', () =>
    withInspector(shop(), async ({ page, open }) => {
      await shop().mistakes()
      await open('/?filter=is:discarded')
      await rows(page).first().click()
      await page.waitForURL(/refused=/)
      await panel(page).getByText('Discarded by the rule event_not_defined').waitFor()
      await page.reload()
      await panel(page).getByText('a track needs an event that is not empty').waitFor()
    }))

  it('copies a message as code, as a command and as JSON', () =>
    withInspector(
      shop(),
      async ({ page, open }) => {
        await shop().signUp()
        await open('/?message=t1')
        const copied = async (name: string) => {
          await page.getByRole('button', { name }).click()
          await page.getByRole('button', { name: 'Copied' }).first().waitFor()
          return page.evaluate<string>('navigator.clipboard.readText()')
        }
        expect(await copied('Copy code')).to.match(/^analytics\.track\(\{/)
        expect(await copied('Copy curl')).to.include(
          `curl -u YOUR_WRITE_KEY: ${shop().url}/v1/track`,
        )
        expect(JSON.parse(await copied('Copy JSON'))).to.include({ messageId: 't1', userId: 'u1' })
      },
      { permissions: ['clipboard-read', 'clipboard-write'] },
    ))

  it('downloads what is filtered as NDJSON', () =>
    withInspector(shop(), async ({ page, open }) => {
      await shop().signUp()
      await open('/?filter=type:track')
      await rows(page).first().waitFor()
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('link', { name: 'Download these' }).click(),
      ])
      expect(download.suggestedFilename()).to.equal('messages.ndjson')
      const lines: string[] = []
      for await (const chunk of await download.createReadStream()) lines.push(String(chunk))
      const messages = lines.join('').trim().split('\n')
      expect(
        messages.map((line) => (JSON.parse(line) as { messageId: string }).messageId),
      ).to.deep.equal(['t1'])
    }))

  it('goes back to older messages, and to the newest again', () =>
    withInspector(shop(), async ({ page, open }) => {
      const batch = Array.from({ length: 250 }, (_, place) => ({
        type: 'track',
        userId: 'u1',
        event: `Event ${place}`,
      }))
      await shop().send('web', ...batch)
      await open('/')
      await rows(page).getByText('Event 249').waitFor()
      await page.getByRole('link', { name: 'Older messages' }).click()
      await rows(page).getByText('Event 0', { exact: true }).waitFor()
      expect(await rows(page).count()).to.equal(50)
      await page.getByRole('button', { name: 'Live again' }).click()
      await rows(page).getByText('Event 249').waitFor()
    }))
})
