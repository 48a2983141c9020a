// What holds of people whatever messages come, in whatever order and in whatever batches.
import { expect } from 'chai'
import fc from 'fast-check'
import type { Incoming } from '../../lib/messages/incoming.js'
import type { CollectedMessage, JsonObject } from '../../lib/messages/message.js'
import { explain } from '../../lib/profiles/explain.js'
import { rulesFrom, type RulesOption } from '../../lib/profiles/rules.js'
import { keyOf, promote } from '../../lib/profiles/promote.js'
import { allIdsOf, idsOf, incoming } from './people.js'
import { Shelf } from './shelf.js'

const oneOf = (prefix: string, count: number) =>
  fc.integer({ min: 1, max: count }).map((n) => `${prefix}${n}`)
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 1 })

const devices = fc.record({ type: fc.constantFrom('ios', 'android'), id: oneOf('d', 4) })
const traits = fc.record({
  email: maybe(fc.oneof(oneOf('e', 6), fc.constant('none'))),
  plan: maybe(fc.constantFrom('free', 'premium', '', null)),
})
const days = fc.integer({ min: 1, max: 28 }).map((day) => new Date(Date.UTC(2026, 1, day)))

const anyMessage = fc
  .record({
    type: fc.constantFrom('identify', 'identify', 'track', 'page', 'alias'),
    userId: maybe(fc.oneof(oneOf('u', 4), fc.constant('null'))),
    anonymousId: maybe(oneOf('a', 9)),
    traits: maybe(traits),
    device: maybe(devices),
    timestamp: days,
  })
  .map(({ device, timestamp, ...rest }): JsonObject => {
    const context = device === undefined ? {} : { context: { device } }
    // Without the keys whose value is undefined, as JSON has it.
    return JSON.parse(
      JSON.stringify({ ...rest, ...context, timestamp: timestamp.toISOString() }),
    ) as JsonObject
  })

const anyMessages = fc.array(anyMessage, { minLength: 1, maxLength: 40, size: 'max' })

const anyRules: fc.Arbitrary<RulesOption> = fc.record({
  limits: fc.record({
    user_id: fc.integer({ min: 1, max: 2 }),
    email: fc.integer({ min: 1, max: 3 }),
    anonymous_id: fc.oneof(
      fc.integer({ min: 1, max: 5 }),
      fc.record({
        max: fc.integer({ min: 1, max: 2 }),
        window: fc.constantFrom('weekly' as const, 'monthly' as const),
      }),
    ),
  }),
})

function taken(messages: readonly JsonObject[], option: RulesOption, size = messages.length) {
  const shelf = new Shelf('test', rulesFrom(option))
  takeIn(shelf, incoming(...messages), size)
  return shelf
}

function takeIn(shelf: Shelf, all: readonly Incoming[], size: number): void {
  for (let index = 0; index < all.length; index += size) {
    shelf.takeIn(all.slice(index, index + size))
  }
}

/** All that a shelf holds, without what the order of its profiles may differ in. */
function contents(shelf: Shelf) {
  const profiles = shelf.profiles().sort((a, b) => a.seq - b.seq)
  return { profiles, messages: shelf.messages(), logs: shelf.logs }
}

describe('people, whatever messages come', () => {
  it('have one user_id each, whatever the order of delivery', () => {
    fc.assert(
      fc.property(
        anyMessages.chain((all) =>
          fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length }),
        ),
        (messages) => {
          for (const profile of taken(messages, 'default').profiles()) {
            const users = idsOf(profile).filter((text) => text.startsWith('user_id:'))
            expect(users.length).to.be.at.most(1)
          }
        },
      ),
      { numRuns: 300 },
    )
  })

  it('are those of the rules, read literally', () => {
    fc.assert(
      fc.property(anyMessages, anyRules, (messages, rules) => {
        expect(allIdsOf(taken(messages, rules).profiles())).to.deep.equal(
          literally(messages, rules),
        )
      }),
      { numRuns: 500 },
    )
  })

  it('never exceed a limit', () => {
    fc.assert(
      fc.property(anyMessages, anyRules, (messages, option) => {
        const rules = rulesFrom(option)
        for (const { mappings } of taken(messages, option).profiles()) {
          for (const type of new Set(mappings.map((mapping) => mapping.type))) {
            const { max, window } = rules.limitOf(type)
            if (window !== 'ever') continue
            expect(mappings.filter((mapping) => mapping.type === type).length).to.be.at.most(max)
          }
        }
      }),
      { numRuns: 300 },
    )
  })

  it('are the same with the same ids when the messages are replayed', () => {
    fc.assert(
      fc.property(anyMessages, anyRules, (messages, rules) => {
        expect(contents(taken(messages, rules))).to.deep.equal(contents(taken(messages, rules)))
      }),
      { numRuns: 100 },
    )
  })

  it('are the same in one batch, one by one and in any batches', () => {
    fc.assert(
      fc.property(
        anyMessages,
        anyRules,
        fc.integer({ min: 1, max: 9 }),
        (messages, rules, size) => {
          const whole = contents(taken(messages, rules))
          expect(contents(taken(messages, rules, 1))).to.deep.equal(whole)
          expect(contents(taken(messages, rules, size))).to.deep.equal(whole)
        },
      ),
      { numRuns: 200 },
    )
  })

  it('do not change when the same is said once more', () => {
    fc.assert(
      fc.property(anyMessages, anyRules, (messages, rules) => {
        const twice = messages.flatMap((message) => [message, message])
        expect(allIdsOf(taken(twice, rules).profiles())).to.deep.equal(
          allIdsOf(taken(messages, rules).profiles()),
        )
      }),
      { numRuns: 300 },
    )
  })

  it('are what the logs say, read as Profiles Sync is read', () => {
    fc.assert(
      fc.property(anyMessages, anyRules, (messages, rules) => {
        const shelf = taken(messages, rules)
        const canonical = new Map<unknown, unknown>()
        for (const row of shelf.logs.id_graph_updates) {
          canonical.set(row.segment_id, row.canonical_segment_id)
        }
        const people = new Map<unknown, string[]>()
        for (const row of shelf.logs.external_id_mapping_updates) {
          const id = canonical.get(row.segment_id)
          const ids = people.get(id) ?? []
          people.set(id, [...ids, `${row.external_id_type}:${row.external_id_value}`].sort())
        }
        const profiles = shelf.profiles()
        expect(Object.fromEntries(people as Map<string, string[]>)).to.deep.equal(
          Object.fromEntries(profiles.map((profile) => [profile.id, idsOf(profile)])),
        )
        // The oldest of those that were merged survived.
        const created = new Map(
          shelf.logs.id_graph_updates.flatMap((row) =>
            row.segment_id === row.canonical_segment_id ? [[row.segment_id, row.seq]] : [],
          ),
        )
        for (const { id, merged, seq } of profiles) {
          const all = [id, ...merged].map((each) => Number(created.get(each)))
          expect(seq).to.equal(Math.min(...all))
        }
      }),
      { numRuns: 200 },
    )
  })

  it('have of each trait the newest value of their messages', () => {
    fc.assert(
      fc.property(anyMessages, anyRules, (messages, rules) => {
        const shelf = taken(messages, rules)
        const counted = shelf.messages()
        const newest = new Map<string, Map<string, { at: string; value: unknown }>>()
        for (const [index, { message }] of incoming(...messages).entries()) {
          const id = counted[index]?.profileId
          if (message.type !== 'identify' || id === undefined) continue
          const own = newest.get(id) ?? new Map<string, { at: string; value: unknown }>()
          newest.set(id, own)
          for (const [name, value] of Object.entries(message.traits ?? {})) {
            const before = own.get(name)
            // Of two at the same time, the one that came later.
            if (before === undefined || message.timestamp >= before.at) {
              own.set(name, { at: message.timestamp, value })
            }
          }
        }
        for (const { id, traits } of shelf.profiles()) {
          const values = [...(newest.get(id) ?? [])].map(([name, { value }]) => [name, value])
          expect(
            Object.fromEntries([...traits].map(([name, { value }]) => [name, value])),
          ).to.deep.equal(Object.fromEntries(values))
        }
      }),
      { numRuns: 300 },
    )
  })

  it('can be explained: messages lead from any of their identifiers to any other', () => {
    fc.assert(
      fc.property(anyMessages, anyRules, (messages, option) => {
        const rules = rulesFrom(option)
        const shelf = taken(messages, option)
        const sent = incoming(...messages).map(({ message }) => message)
        for (const profile of shelf.profiles()) {
          const [first, ...others] = profile.mappings
          for (const other of others) {
            if (first === undefined) continue
            const { areOne, steps } = explain({
              identifiers: [first, other],
              profiles: [profile, profile],
              logs: shelf.logs,
              messages: sent,
              rules,
            })
            expect(areOne).to.equal(true)
            expect(chainOf(steps, sent)).to.equal(true)
            expect(steps[0]?.from).to.deep.include({ type: first.type, value: first.value })
            expect(steps.at(-1)?.to).to.deep.include({ type: other.type, value: other.value })
          }
        }

        function chainOf(
          steps: ReturnType<typeof explain>['steps'],
          all: readonly CollectedMessage[],
        ): boolean {
          return steps.every(({ from, to, messageId }, index) => {
            const message = all.find((each) => each.messageId === messageId)
            if (message === undefined || from === undefined || to === undefined) return false
            const had = promote(message, rules).identifiers.map((each) =>
              keyOf(each.type, each.value),
            )
            const next = steps[index + 1]
            return (
              had.includes(keyOf(from.type, from.value)) &&
              had.includes(keyOf(to.type, to.value)) &&
              (next === undefined || next.from === to)
            )
          })
        }
      }),
      { numRuns: 100 },
    )
  })

  it('stay apart once they are split, and know it in each part', () => {
    fc.assert(
      fc.property(anyMessages, anyMessages, fc.nat(), (before, after, which) => {
        const shelf = taken(before, 'default')
        const several = shelf.profiles().filter(({ mappings }) => mappings.length > 1)
        const profile = several[which % several.length]
        if (profile === undefined) return
        const [staying, leaving] = idsOf(profile)
        if (staying === undefined || leaving === undefined) throw new Error('two identifiers')
        shelf.split([leaving])
        const again = incoming(...before, ...after).map((each, index) => ({
          ...each,
          message: { ...each.message, messageId: `again-${index}` },
        }))
        takeIn(shelf, again, 7)
        for (const each of shelf.profiles()) {
          expect(idsOf(each)).not.to.include.members([staying, leaving])
        }
      }),
      { numRuns: 200 },
    )
  })
})

/** The rules as they are written, one after another, without regard for time. */
function literally(messages: readonly JsonObject[], option: RulesOption): string[][] {
  const rules = rulesFrom(option)
  const people: { id: string; type: string; at: number }[][] = []
  for (const { message } of incoming(...messages)) {
    const at = Date.parse(message.timestamp)
    const left = promote(message, rules).identifiers.map(({ type, value }) => ({
      id: `${type}:${value}`,
      type,
      at,
    }))
    while (left.length > 0) {
      const has = (person: (typeof people)[number]) =>
        person.some(({ id }) => left.some((each) => each.id === id))
      const found = people.filter(has)
      const fresh = left.filter(({ id }) => !found.flat().some((each) => each.id === id))
      const together = [...found.flat(), ...fresh]
      const isTooMuch = together.some(({ type }) => {
        const { max, window } = rules.limitOf(type)
        const span = { ever: Infinity, weekly: 7, monthly: 30, annually: 365 }[window] * 86_400_000
        const count = (ids: typeof together) =>
          ids.filter((each) => each.type === type && each.at > at - span).length
        return count(together) > max && count(together) > Math.max(0, ...found.map(count))
      })
      if (!isTooMuch) {
        for (const person of found) people.splice(people.indexOf(person), 1)
        people.push(together)
        break
      }
      left.pop()
    }
  }
  return people
    .map((person) => person.map(({ id }) => id).sort())
    .sort((a, b) => ((a[0] ?? '') < (b[0] ?? '') ? -1 : 1))
}
