// Two users one after the other at one browser, without a logout, remain two people.
import { expect } from 'chai'
import { frameworks, useSite, type Site } from './support/site.js'
import type { SdkUnderTest } from './support/sdk.js'
import { withVisitor, type Tab } from './support/visitor.js'

const host = 'app.example.test'

/** The people that a service would make of the messages: ids that stand in one message are one person's. */
function peopleOf(site: Site): Set<string>[] {
  let people: Set<string>[] = []
  for (const { userId, anonymousId } of site.collector.messages) {
    const ids = [userId && `user ${userId}`, anonymousId && `anonymous ${anonymousId}`]
    const known = ids.filter((id) => typeof id === 'string')
    const isOneOf = (person: Set<string>): boolean => known.some((id) => person.has(id))
    const joined = people.filter(isOneOf).flatMap((person) => [...person])
    people = [...people.filter((person) => !isOneOf(person)), new Set([...known, ...joined])]
  }
  return people
}

/** The users of each person who has any. */
function usersOf(site: Site): string[][] {
  return peopleOf(site)
    .map((person) => [...person].filter((id) => id.startsWith('user ')).sort())
    .filter((users) => users.length > 0)
    .sort()
}

/** A login, as the app of the site does it, and the page that follows, which the server tracks with the session's user. */
async function logIn(tab: Tab, user: string): Promise<void> {
  await tab.request(`/login?value=${user}`)
  await tab.request(`/session?value=${user}`)
  await tab.load()
}

const first = 'u1'
const second = 'u2'
const two = [[`user ${first}`], [`user ${second}`]]

for (const framework of frameworks) {
  for (const sdk of ['next', 'next-1.84.1', 'next-in-cookies-alone', 'classic'] as SdkUnderTest[]) {
    for (const issue of [false, true]) {
      describe(`two users with ${framework}, ${sdk}${issue ? ', issue: true' : ''}`, () => {
        const site = useSite(framework, { issue, classic: sdk === 'classic' })

        it('remain two people if the page does not say who is logged in', () =>
          withVisitor(site(), sdk, async (visitor) => {
            const tab = await visitor.open(host)
            await tab.call('track', 'Looked around')
            await logIn(tab, first)
            await tab.call('track', 'Clicked by the first')
            await logIn(tab, second)
            await tab.call('track', 'Clicked after the second login')
            await tab.request(`/session?value=${second}`)
            await tab.load()
            await tab.call('track', 'Clicked again')
            await tab.request(`/session?value=${second}`)

            await site().message('Clicked again')
            await site().delivered()
            expect(usersOf(site())).to.deep.equal(two)
          }))

        it('remain two people if the page identifies both', () =>
          withVisitor(site(), sdk, async (visitor) => {
            const tab = await visitor.open(host)
            for (const user of [`${first}-told`, `${second}-told`]) {
              await tab.request(`/login?value=${user}`)
              await tab.load()
              await tab.call('identify', { userId: user })
              await tab.call('track', `Clicked by ${user}`)
              await tab.request(`/session?value=${user}`)
            }
            await site().message(`Clicked by ${second}-told`)
            await site().delivered()
            const told = usersOf(site()).filter(([user]) => user?.endsWith('-told'))
            expect(told).to.deep.equal([[`user ${first}-told`], [`user ${second}-told`]])
            const person = peopleOf(site()).find((ids) => ids.has(`user ${second}-told`))
            expect([...person!].filter((id) => id.startsWith('anonymous'))).to.have.length.above(0)
          }))
      })
    }
  }
}
