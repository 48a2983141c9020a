// Contract, section 7: backfill.

import { expect } from 'chai'
import { backfill } from '../../lib/backfill/index.js'
import type { CollectedMessage } from '@selfsame/collector'
import { Analytics } from '../../lib/index.js'
import { people, start, withBench } from './setup.js'

describe('a record with createdAt 2014', () => {
  it('is an identify with the timestamp and the zone of the record', () =>
    withBench(async ({ collector, options }) => {
      await backfill([{ id: 'u1', createdAt: '2014-03-05T14:00:00+02:00' }], {
        ...options,
        map: ({ id, createdAt }) => ({
          type: 'identify',
          userId: id,
          traits: { createdAt },
          timestamp: createdAt,
        }),
      })
      const [message] = collector.messages
      expect(message).to.deep.include({
        type: 'identify',
        userId: 'u1',
        traits: { createdAt: '2014-03-05T14:00:00+02:00' },
      })
      expect(message!.originalTimestamp).to.equal('2014-03-05T12:00:00.000Z')
      // The server corrects by the age of sentAt, which is fresh.
      const shift = Date.parse(message!.timestamp) - Date.UTC(2014, 2, 5, 12)
      expect(Math.abs(shift)).to.be.below(60_000)
    }))
})

describe('run twice', () => {
  it('writes no second row', () =>
    withBench(async ({ collector, options }) => {
      const once = await backfill(people(300), options)
      const twice = await backfill(people(300), { ...options, resume: false })
      expect(once).to.include({ delivered: 300, completed: true })
      expect(twice).to.include({ delivered: 300, completed: true, resumedFrom: undefined })
      expect(collector.accepted).to.equal(300)
      expect(collector.duplicates).to.equal(300)
    }))

  it('with one row changed between, exactly that one is new', () =>
    withBench(async ({ collector, options }) => {
      await backfill(people(300), options)
      await backfill(
        people(300, (person) => {
          if (person.id === 'u123') person.plan = 'premium'
        }),
        { ...options, resume: false },
      )
      expect(collector.accepted).to.equal(301)
      expect(collector.messages.at(-1)).to.deep.include({
        userId: 'u123',
        traits: { email: 'u123@example.com', plan: 'premium' },
      })
    }))

  it('under another name everything is written again', () =>
    withBench(async ({ collector, options }) => {
      await backfill(people(10), options)
      await backfill(people(10), { ...options, name: 'another', resume: false })
      expect(collector.accepted).to.equal(20)
    }))
})

describe('integrations', () => {
  it('are on every message, beneath those of its call', () =>
    withBench(async ({ collector, options }) => {
      await backfill(people(3), {
        ...options,
        integrations: { All: false, Vero: true },
        map: ({ id, at }) => ({
          type: 'track',
          userId: id,
          event: 'E',
          timestamp: at as number,
          ...(id === 'u2' ? { integrations: { Vero: false } } : {}),
        }),
      })
      expect(collector.messages.map(({ integrations }) => integrations)).to.deep.equal([
        { All: false, Vero: true },
        { All: false, Vero: true },
        { All: false, Vero: false },
      ])
    }))
})

describe('an archived payload', () => {
  const archived = {
    type: 'track',
    event: 'Order Completed',
    userId: null,
    anonymousId: 'a1',
    properties: { total: 3 },
    timestamp: '2014-03-05T12:00:00.000Z',
    originalTimestamp: '2014-03-05T12:00:01.000Z',
    sentAt: '2014-03-05T12:00:02.000Z',
    receivedAt: '2014-03-05T12:00:03.000Z',
    messageId: 'ajs-0123456789abcdef0123456789abcdef',
    projectId: 'p1',
    context: { library: { name: 'analytics.js', version: '2.1.0' } },
  }

  it('has its sentAt, messageId and projectId replaced, and keeps its time', () =>
    withBench(async ({ collector, options }) => {
      const report = await backfill([archived], { ...options, map: undefined, archived: true })
      expect(report).to.include({ delivered: 1, rejected: 0 })
      const [message] = collector.messages
      expect(message).to.not.have.property('projectId')
      expect(message!.messageId).to.match(/^backfill-[0-9a-f]{64}$/)
      expect(Date.now() - Date.parse(message!.sentAt!)).to.be.below(60_000)
      expect(message!.originalTimestamp).to.equal('2014-03-05T12:00:00.000Z')
      expect(message).to.deep.include({
        anonymousId: 'a1',
        event: 'Order Completed',
        properties: { total: 3 },
      })
      expect(message!.context!.library).to.deep.equal({ name: 'analytics.js', version: '2.1.0' })
    }))

  it('is rejected without the option archived: the old sentAt would move it to the present', () =>
    withBench(async ({ options, rejects }) => {
      const report = await backfill([{ ...archived, userId: 'u1' }], { ...options, map: undefined })
      expect(report.rejectedByReason).to.deep.equal({ 'sentAt given': 1 })
      expect((await rejects())[0]!.reason).to.include('set archived to true (--archived)')
    }))
})

describe('20,000 records and a slow server', () => {
  it('none is dropped, little waits, and the rate is kept', () =>
    withBench(
      async ({ collector, options }) => {
        collector.misbehave(() => ({ delay: 50 }))
        const count = 20_000
        const rate = 20_000
        let mostPending = 0
        let read = 0
        let mostAhead = 0
        const counted = function* () {
          for (const person of people(count)) {
            read++
            mostAhead = Math.max(mostAhead, read - collector.accepted)
            yield person
          }
        }
        const report = await backfill(counted(), {
          ...options,
          rate,
          onProgress: ({ pending }) => (mostPending = Math.max(mostPending, pending)),
        })
        expect(report).to.include({ rows: count, delivered: count, failed: 0, rejected: 0 })
        expect(collector.accepted).to.equal(count)
        // Five bodies of a fifth of what goes in a second, or of the largest size.
        expect(mostPending).to.be.within(1, 5 * 2_500)
        expect(mostAhead).to.be.below(7 * 2_500)
        // A fifth of a second may go ahead, and one request.
        expect(report.duration).to.be.above((count / rate - 0.2 - 0.125) * 1_000 - 50)
      },
      { keep: false },
    )).timeout(30_000)
})

/** The users table as the contract has it (section 6): trait by trait, the newest timestamp wins. */
function usersTable(
  messages: readonly CollectedMessage[],
): Record<string, Record<string, unknown>> {
  const table: Record<string, Record<string, { value: unknown; at: string }>> = {}
  for (const { type, userId, traits, timestamp } of messages) {
    if (type !== 'identify' || typeof userId !== 'string') continue
    const row = (table[userId] ??= {})
    for (const [name, value] of Object.entries(traits ?? {})) {
      const known = row[name]
      if (!known || timestamp >= known.at) row[name] = { value, at: timestamp }
    }
  }
  return Object.fromEntries(
    Object.entries(table).map(([id, row]) => [
      id,
      Object.fromEntries(Object.entries(row).map(([name, { value }]) => [name, value])),
    ]),
  )
}

describe('a newer trait is known, and an older one arrives by backfill', () => {
  it('users keeps the newer one, and gets what was not known', () =>
    withBench(async ({ collector, options }) => {
      const live = new Analytics({ writeKey: 'abc123', host: collector.url, proxy: false })
      live.identify({ userId: 'u0', traits: { plan: 'premium' } })
      await live.close()
      await backfill(people(2), options)
      expect(usersTable(collector.messages)).to.deep.equal({
        u0: { plan: 'premium', email: 'u0@example.com' },
        u1: { plan: 'basic', email: 'u1@example.com' },
      })
    }))

  it('active: false leaves "last seen" alone', () =>
    withBench(async ({ collector, options }) => {
      await backfill(people(2), { ...options, active: false, context: { ip: '0.0.0.0' } })
      for (const { context } of collector.messages) {
        expect(context).to.deep.include({ active: false, ip: '0.0.0.0' })
      }
    }))
})

describe('an identify of 450 traits', () => {
  const traits = Object.fromEntries([...Array(450).keys()].map((n) => [`trait_${n}`, n]))
  const row = { userId: 'u1', traits, timestamp: start, type: 'identify' as const }

  it('is split below 300 each, with the same time and ids of their own', () =>
    withBench(async ({ collector, options }) => {
      const report = await backfill([row], { ...options, map: (call) => call })
      expect(report).to.include({ rows: 1, messages: 2, delivered: 2 })
      const sizes = collector.messages.map((message) => Object.keys(message.traits!).length)
      expect(Math.max(...sizes)).to.be.below(300)
      expect(
        Object.assign({}, ...collector.messages.map((message) => message.traits)),
      ).to.deep.equal(traits)
      expect(new Set(collector.messages.map(({ messageId }) => messageId)).size).to.equal(2)
      for (const { originalTimestamp, userId } of collector.messages) {
        expect({ originalTimestamp, userId }).to.deep.equal({
          originalTimestamp: '2014-01-01T00:00:00.000Z',
          userId: 'u1',
        })
      }
    }))

  it('one of 299 is not, one of 300 is', () =>
    withBench(async ({ collector, options }) => {
      const first = (count: number) => Object.fromEntries(Object.entries(traits).slice(0, count))
      await backfill([299, 300], {
        ...options,
        map: (count) => ({ ...row, userId: `u${count}`, traits: first(count) }),
      })
      expect(collector.messages.map(({ userId }) => userId)).to.deep.equal(['u299', 'u300', 'u300'])
    }))
})
