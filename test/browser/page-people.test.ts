// The view of people: search, one person, the drawing, explain, split, erase.
import { expect } from 'chai'
import { readFileSync } from 'node:fs'
import { eachWithShop, exactly, withInspector } from './support/inspector.js'

interface Scenario {
  readonly name: string
  readonly messages: readonly { readonly source?: string }[]
}

const jane = (
  JSON.parse(
    readFileSync(
      new URL('../../packages/collector/test/profiles/scenarios/documented.json', import.meta.url),
      'utf8',
    ),
  ) as Scenario[]
).find(({ name }) => name === 'Jane Doe')

describe('the view of people', () => {
  const shop = eachWithShop()

  it('searches by any id, and opens a person at an address of its own', () =>
    withInspector(shop(), async ({ page, open }) => {
      await shop().signUp()
      await shop().send('web', { type: 'page', anonymousId: 'somebody-else' })
      await open('/people')
      const people = page.locator('.people a')
      await people.nth(1).waitFor()
      await page.keyboard.press('/')
      await page.keyboard.type('a1')
      await exactly(page.locator('.people a'), 1)
      await people.first().click()
      await page.getByRole('heading', { name: 'jane@example.com' }).waitFor()
      const { id } = (await shop().collector.profile('user_id:u1'))!
      expect(page.url()).to.equal(`${shop().url}/people/${id}`)
      await open('/people/anonymous_id:a1')
      await page.getByRole('heading', { name: 'jane@example.com' }).waitFor()
    }))

  it('shows ids with source and first-seen, traits with times, and messages', () =>
    withInspector(shop(), async ({ page, open }) => {
      await shop().signUp()
      await open('/people/user_id:u1')
      const ids = page.getByRole('region', { name: 'Ids of this person' }).locator('tbody tr')
      await ids.nth(2).waitFor()
      const cells = (await ids.allInnerTexts()).map((text) => text.split('\t').slice(0, 3))
      expect(cells).to.deep.equal([
        ['anonymous_id', 'a1', 'web'],
        ['user_id', 'u1', 'server'],
        ['email', 'jane@example.com', 'server'],
      ])
      const traits = page.getByRole('region', { name: 'Traits of this person' })
      expect(await traits.innerText()).to.match(/plan\s+premium\s+\d\d:\d\d:\d\d/)
      expect(await page.locator('.events a').count()).to.equal(3)
    }))

  it('draws Jane Doe: seven ids, joined by three messages', () =>
    withInspector(shop(), async ({ page, open }) => {
      if (jane === undefined) throw new Error('no such scenario')
      for (const { source, ...message } of jane.messages) {
        await shop().send(source === 'segruns' ? 'app' : 'web', message)
      }
      await open('/people/user_id:abc123def')
      const drawing = page.locator('.drawing')
      await drawing.waitFor()
      expect(await drawing.locator('.lane').count()).to.equal(7)
      expect(await drawing.locator('.lane .lane-value').allTextContents()).to.have.members([
        ...['anon_123', 'ios_abc123', 'abc123def', 'jane.doe@gmail.com'],
        ...['anon_456', 'and_1a2b3c4d', 'anon_789'],
      ])
      expect(await drawing.locator('.joint').count()).to.equal(4)
      expect(await drawing.locator('.tie').count()).to.equal(4)
      expect(await drawing.locator('.cross').count()).to.equal(0)
      // Pointing and focusing tell the same.
      const told = page.locator('.together figcaption')
      await drawing.getByRole('button').nth(1).hover()
      await told.getByText('user_id abc123def').waitFor()
      await drawing.getByRole('button').nth(3).focus()
      await told.getByText('anonymous_id anon_789 was new').waitFor()
      await page.keyboard.press('Enter')
      await page.waitForURL(/\?message=.*tab=resolution/)
    }))

  it('draws what was refused as refused, from both sides', () =>
    withInspector(shop(), async ({ page, open }) => {
      await shop().signUp()
      await shop().mistakes()
      for (const name of ['user_id:u1', 'user_id:u2']) {
        await open(`/people/${name}`)
        await page.locator('.drawing').waitFor()
        expect(await page.locator('.drawing .refusal').count(), name).to.equal(1)
        expect(await page.locator('.drawing .cross').count(), name).to.equal(1)
        expect(await page.locator('.drawing .lane.other').count(), name).to.equal(1)
        await page
          .locator('.drawing .joint')
          .filter({ has: page.locator('.cross') })
          .getByRole('button')
          .focus()
        await page
          .locator('figcaption')
          .getByText('anonymous_id a1 already belongs to user_id u1, and a person has one user_id')
          .waitFor()
      }
      await page.locator('.drawing .lane.other a').click()
      await page.getByRole('heading', { name: 'jane@example.com' }).waitFor()
    }))

  it('explains why two ids are one person, and why two are not', () =>
    withInspector(shop(), async ({ page, open }) => {
      await shop().signUp()
      await shop().mistakes()
      await open('/people/user_id:u1')
      await page.getByRole('button', { name: 'Explain' }).click()
      await page.getByText('anonymous_id a1 and user_id u1 are one person.').waitFor()
      await page.getByLabel('The second id').fill('user_id:u2')
      await page.getByRole('button', { name: 'Explain' }).click()
      await page.getByText('anonymous_id a1 and user_id u2 are two people.').waitFor()
      await page.reload()
      await page.getByText('Rule: Identifier value limit exceeded').waitFor()
    }))

  it('splits an id off, after a question', () =>
    withInspector(shop(), async ({ page, open }) => {
      await shop().signUp()
      await open('/people/user_id:u1')
      await page.getByLabel('Split off anonymous_id a1').check()
      await page.getByRole('button', { name: 'Split off this id…' }).click()
      await page.getByRole('button', { name: 'Cancel' }).click()
      await page.getByRole('button', { name: 'Split off this id…' }).click()
      await page.getByRole('button', { name: 'Split off', exact: true }).click()
      await page.locator('.drawing .cross.split').waitFor()
      const a1 = await shop().collector.profile('anonymous_id:a1')
      const u1 = await shop().collector.profile('user_id:u1')
      expect(a1?.id).not.to.equal(u1?.id)
      await page.locator('.drawing .column').last().focus()
      await page.locator('figcaption').getByText('a1 was split off by hand').waitFor()
    }))

  it('erases a person, after a question', () =>
    withInspector(shop(), async ({ page, open }) => {
      await shop().signUp()
      await open('/people/user_id:u1')
      await page.getByRole('button', { name: 'Erase…' }).click()
      await page.getByRole('button', { name: 'Erase for good' }).click()
      await page.getByRole('heading', { name: 'Nobody is here yet' }).waitFor()
      expect(await shop().collector.profile('user_id:u1')).to.equal(undefined)
      expect(await shop().collector.findMessages('user:u1')).to.deep.equal([])
      await open('/people/user_id:u1')
      await page.getByText('There is no person user_id:u1.').waitFor()
    }))
})
