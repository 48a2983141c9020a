// What becomes of real browsers and a real server: people (Segment: Analytics.js identity, the three examples).
import { expect } from 'chai'
import { useSite } from './support/site.js'
import { type Tab, withVisitor } from './support/visitor.js'

const host = 'shop.example.test'
const sdk = 'next'

describe('people of a site', () => {
  const site = useSite('express', { issue: true })

  const person = async (id: string) => {
    await site().delivered()
    const found = await site().collector.profile(id)
    if (found === undefined) throw new Error(`nobody has ${id}`)
    return found
  }
  /** Resolves when the page's own event has arrived. */
  const visits = async (tab: Tab, event: string) => {
    await tab.call('track', event)
    return (await site().message(event)).anonymousId ?? ''
  }

  it('a visitor of two days who then signs up is one person', () =>
    withVisitor(site(), sdk, async (visitor) => {
      const tab = await visitor.open(host)
      const anonymousId = await visits(tab, 'Read on Monday')
      await tab.load()
      expect(await visits(tab, 'Read on Tuesday')).to.equal(anonymousId)
      await tab.request('/login?value=signed-up')

      const user = await person('user_id:signed-up')
      expect((await person(`anonymous_id:${anonymousId}`)).id).to.equal(user.id)
      expect(user.traits).to.include({ plan: 'premium' })
      const messages = await site().collector.findMessages(`profile:${user.id}`)
      expect(messages.map(({ event }) => event)).to.include.members([
        'Read on Monday',
        'Read on Tuesday',
      ])
    }))

  it('a user of one browser who is anonymous in another is two people', () =>
    withVisitor(site(), sdk, (first) =>
      withVisitor(site(), sdk, async (second) => {
        const anonymousIdOfFirst = await visits(await first.open(host), 'On the laptop')
        const laptop = await first.open(host)
        await laptop.request('/login?value=on-the-laptop')
        const anonymousId = await visits(await second.open(host), 'On the phone')

        const user = await person('user_id:on-the-laptop')
        expect((await person(`anonymous_id:${anonymousIdOfFirst}`)).id).to.equal(user.id)
        expect((await person(`anonymous_id:${anonymousId}`)).id).not.to.equal(user.id)
      }),
    ))

  it('a user who logs in to both is one person with two anonymous ids', () =>
    withVisitor(site(), sdk, (first) =>
      withVisitor(site(), sdk, async (second) => {
        const anonymousIds: string[] = []
        for (const [place, visitor] of [
          ['at home', first],
          ['at work', second],
        ] as const) {
          const tab = await visitor.open(host)
          anonymousIds.push(await visits(tab, `Looked ${place}`))
          await tab.request('/login?value=on-both')
        }

        const user = await person('user_id:on-both')
        expect(
          user.identifiers.filter(({ type }) => type === 'anonymous_id').map(({ value }) => value),
        ).to.have.members(anonymousIds)
      }),
    ))
})
