// What becomes of a row: its calls, their messageIds, their time.

import { expect } from 'chai'
import { backfill, type BackfillCall, type BackfillOptions } from '../../lib/backfill/index.js'
import type { CollectedMessage } from '@selfsame/collector'
import { version } from '../../lib/index.js'
import { errorOf, start, withBench } from './setup.js'

/** The messages that calls become. */
async function messagesOf(
  calls: unknown[],
  more: BackfillOptions = {},
): Promise<CollectedMessage[]> {
  let messages: CollectedMessage[] = []
  await withBench(async ({ collector, options }) => {
    await backfill(calls, { ...options, map: undefined, ...more } as BackfillOptions)
    messages = [...collector.messages]
  })
  return messages
}

/** Why calls are rejected: in the report, and in full in the rejects file. */
async function rejectionsOf(
  calls: unknown[],
  more: BackfillOptions = {},
): Promise<{ kinds: string[]; reasons: string[] }> {
  const result = { kinds: [] as string[], reasons: [] as string[] }
  await withBench(async ({ options, rejects }) => {
    const report = await backfill(calls, {
      ...options,
      map: undefined,
      ...more,
    } as BackfillOptions)
    expect(report).to.include({ rows: calls.length, rejected: calls.length, messages: 0 })
    result.kinds = Object.keys(report.rejectedByReason)
    result.reasons = (await rejects()).map(({ reason }) => reason)
  })
  return result
}

const call = { type: 'identify', userId: 'u1', traits: { plan: 'basic' }, timestamp: start }
const idOf = async (row: unknown, more?: BackfillOptions): Promise<string> =>
  (await messagesOf([row], more))[0]!.messageId

describe('the messageId of a historical message', () => {
  it('has at most 99 characters, and is the same for the same content', async () => {
    const id = await idOf(call)
    expect(id).to.match(/^backfill-[0-9a-f]{64}$/)
    expect(await idOf({ ...call })).to.equal(id)
  })

  it('does not depend on the order of keys, at any depth, nor on the form of the timestamp', async () => {
    const address = { city: 'Berlin', geo: [{ lat: 1, lng: 2 }] }
    const turned = { geo: [{ lng: 2, lat: 1 }], city: 'Berlin' }
    const one = { ...call, traits: { a: 1, address } }
    const other = {
      traits: { address: turned, a: 1 },
      timestamp: new Date(start),
      userId: 'u1',
      type: 'identify',
    }
    expect(await idOf(other)).to.equal(await idOf(one))
  })

  it('does not depend on the version of this library', async () => {
    const [message] = await messagesOf([call])
    expect(message!.context!.library).to.deep.equal({ name: 'selfsame', version })
    // Made when the library was 0.1.0; were its version part of it, the next one would write every row anew.
    expect(message!.messageId).to.equal(
      'backfill-4da23e86b56f2fa9dba4e15ebdb30ca2c2491e54cb5f3dba21ff81bb26eeebe0',
    )
  })

  it('depends on every field, on the context and integrations, and on the name of the run', async () => {
    const ids = await Promise.all([
      idOf(call),
      idOf({ ...call, userId: 'u2' }),
      idOf({ ...call, traits: { plan: 'premium' } }),
      idOf({ ...call, timestamp: start + 1 }),
      idOf({ ...call, type: 'group', groupId: 'g' }),
      idOf({ ...call, context: { ip: '0.0.0.0' } }),
      idOf(call, { context: { locale: 'de' } }),
      idOf(call, { integrations: { All: false } }),
      idOf(call, { active: false }),
      idOf(call, { name: 'another' }),
    ])
    expect(new Set(ids).size).to.equal(ids.length)
  })

  it('is that of the call if it has one, for history that was sent before', async () => {
    expect(await idOf({ ...call, messageId: 'order-"17"' })).to.equal('order-"17"')
  })

  it("does not depend on the current time if timestamp is 'now'", async () => {
    const undated = { ...call, timestamp: undefined }
    const first = await idOf(undated, { timestamp: 'now' })
    expect(await idOf(undated, { timestamp: 'now' })).to.equal(first)
  })
})

describe('a timestamp', () => {
  for (const [what, timestamp, more] of [
    ['a Date', new Date(start)],
    ['ISO-8601 with a zone', '2014-01-01T02:00:00+02:00'],
    ['ISO-8601 without one, which is UTC', '2014-01-01 00:00:00'],
    ['a date alone', ' 2014-01-01 '],
    ['what PostgreSQL prints', '2014-01-01 00:00:00+00'],
    ['epoch milliseconds', start],
    ['epoch milliseconds as text', String(start)],
    ['epoch milliseconds as a BigInt', BigInt(start)],
    ['epoch seconds', start / 1000, { unit: 'seconds' }],
    ['epoch seconds as text', `${start / 1000}.000`, { unit: 'seconds' }],
    ['a Date, whatever the unit', new Date(start), { unit: 'seconds' }],
  ] as [string, unknown, BackfillOptions?][]) {
    it(`is read from ${what}`, async () => {
      const [message] = await messagesOf([{ ...call, timestamp }], more)
      expect(message!.originalTimestamp).to.equal('2014-01-01T00:00:00.000Z')
    })
  }

  for (const [timestamp, kind, reason, more] of [
    [undefined, 'timestamp missing', "set timestamp to 'now'"],
    [null, 'timestamp missing', "set timestamp to 'now'"],
    ['  ', 'timestamp missing', "set timestamp to 'now'"],
    [
      start / 1000,
      'timestamp looks like seconds',
      "1388534400: that looks like seconds; set unit to 'seconds' (--unit seconds)",
    ],
    [
      String(start / 1000),
      'timestamp looks like seconds',
      "set unit to 'seconds' (--unit seconds)",
    ],
    [0, 'timestamp looks like seconds', 'timestamp is 0'],
    [start, 'timestamp looks like milliseconds', String(start), { unit: 'seconds' }],
    [-1, 'timestamp before 1970', 'before 1970'],
    ['1969-12-31T23:59:59Z', 'timestamp lies before 1970-01-01', 'before 1970'],
    ['01/02/2014', 'timestamp is a string that is not an ISO-8601 date', 'ISO-8601'],
    [
      '2014-02-30',
      'timestamp is an ISO-8601 string of a date or time that does not exist',
      'does not exist',
    ],
    [new Date(NaN), 'timestamp is an invalid Date', 'invalid Date'],
    [NaN, 'timestamp is NaN', 'NaN'],
    [Infinity, 'timestamp lies after the year 9999', '9999'],
    [start * 1000, 'timestamp lies after the year 9999', 'micro'],
    [{}, 'timestamp is an object', 'an object'],
  ] as [unknown, string, string, BackfillOptions?][]) {
    it(`${typeof timestamp} ${String(timestamp)} rejects its row${more ? ' with unit seconds' : ''}`, async () => {
      const { kinds, reasons } = await rejectionsOf([{ ...call, timestamp }], more)
      expect(kinds).to.deep.equal([kind])
      expect(reasons[0]).to.include(reason)
    })
  }

  it("that is missing is the current time if timestamp is 'now'; a wrong one still rejects the row", async () => {
    const before = Date.now()
    const [message] = await messagesOf(
      [
        { ...call, timestamp: '' },
        { ...call, timestamp: 'yesterday' },
      ],
      { timestamp: 'now' },
    )
    expect(Date.parse(message!.timestamp)).to.be.within(before - 1_000, Date.now() + 1_000)
  })

  it('leaves traits as they are, dates too', async () => {
    const traits = { createdAt: '01/02/2014', born: 631152000, at: new Date(start) }
    const [message] = await messagesOf([{ ...call, traits }])
    expect(message!.traits).to.deep.equal({ ...traits, at: '2014-01-01T00:00:00.000Z' })
  })
})

describe('a mapping', () => {
  const rows = [1, 2, 3]

  it('gives one call, several, or none, and may be asynchronous', () =>
    withBench(async ({ collector, options }) => {
      const report = await backfill(rows, {
        ...options,
        map: async (row, position): Promise<BackfillCall[] | BackfillCall | null> => {
          await Promise.resolve()
          expect(position).to.deep.equal({ key: row - 1 })
          const track = { type: 'track', userId: row, event: `E${row}`, timestamp: start } as const
          if (row === 1) return null
          return row === 2 ? track : [track, { ...track, event: 'F' }]
        },
      })
      expect(report).to.include({ rows: 3, messages: 3, delivered: 3, skipped: 1, rejected: 0 })
      expect(collector.messages.map(({ event }) => event)).to.deep.equal(['E2', 'E3', 'F'])
      expect(collector.messages[0]!.userId).to.equal('2')
    }))

  it('that throws, or rejects, rejects its row', () =>
    withBench(async ({ options, rejects }) => {
      const report = await backfill(rows, {
        ...options,
        map: (row) => {
          if (row === 1) throw new Error('no such country')
          if (row === 2) return Promise.reject(new Error('timeout of the lookup'))
          return { type: 'identify', userId: 'u', timestamp: start }
        },
      })
      expect(report).to.deep.include({ delivered: 1, rejectedByReason: { 'map threw': 2 } })
      expect((await rejects()).map(({ reason, row }) => [reason, row])).to.deep.equal([
        ['map threw: no such country', 1],
        ['map threw: timeout of the lookup', 2],
      ])
    }))

  it('of which one call is wrong rejects the row as a whole: nothing of it is sent', () =>
    withBench(async ({ collector, options }) => {
      const report = await backfill([1], {
        ...options,
        map: () => [
          { type: 'identify', userId: 'u', timestamp: start },
          { type: 'track', userId: 'u', event: '', timestamp: start },
        ],
      })
      expect(report).to.include({ rejected: 1, messages: 0 })
      expect(collector.accepted).to.equal(0)
    }))
})

describe('a row is rejected, with a reason that does not repeat what is in it,', () => {
  for (const [what, row, kind] of [
    ['without an id', { ...call, userId: undefined }, 'userId and anonymousId are both undefined'],
    ['with an empty id', { ...call, userId: '' }, 'userId is an empty string'],
    ['with a null id', { ...call, userId: null }, 'userId is null and anonymousId is undefined'],
    ['without a type', { ...call, type: undefined }, 'unknown type'],
    ['with a type of its own', { ...call, type: 'secret' }, 'unknown type'],
    ['that is no object', 'secret', 'map returned no call'],
    ['whose traits are a list', { ...call, traits: ['secret'] }, 'traits is an array'],
    ['that is too large', { ...call, traits: { a: 'secret'.repeat(6_000) } }, 'message_too_large'],
    [
      'that is too large in bytes alone',
      { ...call, traits: { a: 'é'.repeat(16_400) } },
      'message_too_large',
    ],
    [
      'with a messageId of 100',
      { ...call, messageId: 'secret'.repeat(17) },
      'messageId is a string of too many characters',
    ],
    [
      'with a getter that throws',
      {
        ...call,
        traits: {
          get a(): string {
            throw new Error('getter')
          },
        },
      },
      'not readable',
    ],
  ] as [string, unknown, string][]) {
    it(what, async () => {
      const { kinds, reasons } = await rejectionsOf([row])
      expect(kinds).to.deep.equal([kind])
      expect(reasons[0]).to.be.a('string').and.not.include('secret')
    })
  }
})

describe('odd content is delivered:', () => {
  it('circles, BigInts, keys named __proto__, deep nesting', async () => {
    const circle: Record<string, unknown> = { z: 1, a: 2 }
    circle.self = circle
    let deep: unknown = 'bottom'
    for (let n = 0; n < 500; n++) deep = { z: deep, a: 1 }
    const own = JSON.parse('{"z":1,"__proto__":{"b":1,"a":2}}') as object
    const messages = await messagesOf(
      [circle, { big: 12345678901234567890n, a: 1 }, own, { deep }].map((traits, n) => ({
        ...call,
        userId: `u${n}`,
        traits,
      })),
    )
    expect(messages).to.have.lengthOf(4)
    expect(messages[0]!.traits).to.include({ z: 1, a: 2 })
    expect(messages[1]!.traits).to.deep.equal({ big: '12345678901234567890', a: 1 })
    expect(JSON.stringify(messages[2]!.traits)).to.include('"__proto__":{"a":2,"b":1}')
  })

  it('a frozen row, which is not written to', async () => {
    const traits = Object.freeze({ b: 1, a: Object.freeze([Object.freeze({ d: 1, c: 2 })]) })
    const [message] = await messagesOf([Object.freeze({ ...call, traits })])
    expect(message!.traits).to.deep.equal(traits)
  })
})

describe('what backfill() is given', () => {
  for (const [what, source] of [
    ['null', null],
    ['a string', 'users.csv'],
    ['an object', {}],
    ['a number', 5],
  ] as [string, never][]) {
    it(`is refused as a source if it is ${what}`, async () => {
      const error = await errorOf(backfill(source, { writeKey: 'k', checkpoint: false }))
      expect(error).to.be.instanceOf(TypeError)
      expect((error as Error).message).to.include(
        'allowed: an iterable of rows, or a BackfillSource',
      )
    })
  }
})
