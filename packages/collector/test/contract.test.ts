// What the tracking API does with timestamps, duplicates, bad messages and batches.
import { expect } from 'chai'
import { type Collector, startCollector } from '../lib/index.js'
import { eachWithCollector, post, postBatch, send, track } from './client.js'

const at = (time: string) => Date.parse(`2024-03-01T${time}Z`)
const iso = (time: string) => `2024-03-01T${time}.000Z`

/** A collector whose clock stands still. */
async function withClock(time: string, use: (collector: Collector) => Promise<void>) {
  const collector = await startCollector({ now: () => at(time) })
  try {
    await use(collector)
  } finally {
    await collector.close()
  }
}

describe('timestamp = receivedAt - (sentAt - originalTimestamp)', () => {
  it('takes a clock that is wrong out of the time', () =>
    withClock('12:05:10', async (collector) => {
      await postBatch(collector, [track('a', { timestamp: iso('12:00:00') })], {
        sentAt: iso('12:00:10'),
      })
      expect(collector.messages[0]).to.include({
        timestamp: iso('12:05:00'),
        originalTimestamp: iso('12:00:00'),
        sentAt: iso('12:00:10'),
        receivedAt: iso('12:05:10'),
      })
    }))

  it("believes the batch's sentAt before the message's own", () =>
    withClock('12:05:10', async (collector) => {
      const own = { timestamp: iso('12:00:00'), sentAt: iso('11:00:00') }
      await postBatch(collector, [track('a', own)], { sentAt: iso('12:00:10') })
      await postBatch(collector, [track('b', own)], { sentAt: 'yesterday' })
      expect(collector.messages.map(({ timestamp }) => timestamp)).to.deep.equal([
        iso('12:05:00'),
        iso('13:05:10'),
      ])
      expect(collector.messages[1]?.sentAt).to.equal(iso('11:00:00'))
    }))

  it('has one receivedAt for a whole batch, which is when the request came', async () => {
    let time = at('12:00:00')
    const collector = await startCollector({ now: () => (time += 1000) })
    try {
      await postBatch(collector, [track('a'), track('b'), track('c')])
      const times = collector.messages.map(({ receivedAt }) => receivedAt)
      expect(new Set(times)).to.have.property('size', 1)
      expect(Date.parse(times[0]!)).to.equal(collector.requests[0]?.at)
    } finally {
      await collector.close()
    }
  })

  it('falls back to originalTimestamp without a valid sentAt', () =>
    withClock('12:00:00', async (collector) => {
      for (const sentAt of [undefined, null, '', 'soon', 5, '2024-02-30T00:00:00Z', '1']) {
        await postBatch(collector, [track(`m${String(sentAt)}`, { timestamp: iso('01:00:00') })], {
          sentAt,
        })
      }
      expect(collector.messages).to.have.length(7)
      for (const message of collector.messages) {
        expect(message.timestamp).to.equal(iso('01:00:00'))
        expect(message).not.to.have.property('sentAt')
      }
    }))

  it('falls back to receivedAt without a valid timestamp, which stays as it was sent', () =>
    withClock('12:00:00', async (collector) => {
      const sentAt = iso('01:00:00')
      await postBatch(collector, [track('a'), track('b', { timestamp: 'noon' })], { sentAt })
      const [without, invalid] = collector.messages
      expect(without).to.include({ timestamp: iso('12:00:00') })
      expect(without).not.to.have.property('originalTimestamp')
      expect(invalid).to.include({ timestamp: iso('12:00:00'), originalTimestamp: 'noon' })
    }))
})

describe('a historical time survives', () => {
  it('is stored exactly where sentAt is receivedAt', () =>
    withClock('12:00:00', async (collector) => {
      await post(collector, '/v1/track', {
        ...track('a', { timestamp: '2012-12-02T00:30:08.276Z' }),
        sentAt: iso('12:00:00'),
      })
      expect(collector.messages[0]?.timestamp).to.equal('2012-12-02T00:30:08.276Z')
    }))
})

describe('the first of two messages with one messageId is kept', () => {
  const collector = eachWithCollector()

  it('across requests, routes and write keys, whatever else is in them', async () => {
    await postBatch(collector(), [track('a', { event: 'First' }), track('a', { event: 'Second' })])
    await post(collector(), '/v1/identify', { userId: 'u2', messageId: 'a' }, { key: 'other' })
    expect(collector().messages.map(({ event }) => event)).to.deep.equal(['First'])
    expect(collector()).to.include({ accepted: 1, duplicates: 2 })
    expect(collector().rejected).to.deep.equal([])
  })

  it('does not count a refused message as the first', async () => {
    await postBatch(collector(), [track('a', { event: '' }), track('a', { event: 'Second' })])
    expect(collector().messages.map(({ event }) => event)).to.deep.equal(['Second'])
  })

  it('for at least 24 hours by default', async () => {
    let time = at('00:00:00')
    const aged = await startCollector({ now: () => time })
    try {
      await postBatch(aged, [track('a')])
      time += 24 * 3_600_000 - 1
      await postBatch(aged, [track('a')])
      expect(aged).to.include({ accepted: 1, duplicates: 1 })
      time += 1
      await postBatch(aged, [track('a')])
      expect(aged).to.include({ accepted: 2, duplicates: 1 })
    } finally {
      await aged.close()
    }
  })

  it('unless told otherwise', async () => {
    const all = await startCollector({ dedup: false })
    try {
      await postBatch(all, [track('a'), track('a')])
      expect(all).to.include({ accepted: 2, duplicates: 0 })
    } finally {
      await all.close()
    }
  })
})

describe('one bad message harms no other of its batch', () => {
  const collector = eachWithCollector()

  it('the good ones are stored and the answer is 200', async () => {
    const bad = [null, 5, 'x', [], {}, { type: 'track', userId: 'u1' }, track('x'.repeat(101))]
    const reply = await postBatch(collector(), [track('a'), ...bad, track('b')])
    expect(reply).to.include({ status: 200, text: '{"success":true}' })
    expect(collector().messages.map(({ messageId }) => messageId)).to.deep.equal(['a', 'b'])
    expect(collector().rejected.map(({ message }) => message)).to.deep.equal(bad)
    expect(collector().rejected.map(({ code }) => code)).to.deep.equal([
      'bad_request',
      'bad_request',
      'bad_request',
      'bad_request',
      'type_not_known',
      'event_not_defined',
      'message_id_not_valid',
    ])
  })

  it('a message over 32 KiB, in bytes of UTF-8, is the only one lost', async () => {
    const large = track('large', { properties: { text: 'ö'.repeat(17_000) } })
    const small = track('small', { properties: { text: 'o'.repeat(17_000) } })
    const reply = await postBatch(collector(), [large, small])
    expect(reply.status).to.equal(200)
    expect(collector().messages.map(({ messageId }) => messageId)).to.deep.equal(['small'])
    expect(collector().rejected[0]).to.include({ code: 'message_too_large' })
  })

  it('takes a message of exactly 32 KiB', async () => {
    const empty = JSON.stringify(track('a', { properties: { text: '' } })).length
    const fill = (bytes: number) => ({ properties: { text: 'x'.repeat(bytes - empty) } })
    await postBatch(collector(), [track('a', fill(32_768)), track('b', fill(32_769))])
    expect(collector().messages.map(({ messageId }) => messageId)).to.deep.equal(['a'])
  })

  it('more than 2,500 messages are 200 too, but none is stored', async () => {
    const many = (count: number) => Array.from({ length: count }, (_, i) => track(`m${count}-${i}`))
    const reply = await postBatch(collector(), many(2501))
    expect(reply.status).to.equal(200)
    expect(collector()).to.include({ accepted: 0 })
    expect(collector().rejected.at(-1)).to.include({ code: 'batch_too_large' })
    await postBatch(collector(), many(2500))
    expect(collector()).to.include({ accepted: 2500 })
  })

  it('an empty batch is 200 and noted', async () => {
    expect(await postBatch(collector(), [])).to.include({ status: 200 })
    expect(collector().rejected).to.have.length(1)
    expect(collector().rejected[0]).to.include({ code: 'empty_batch' })
  })
})

describe('what is not JSON or too large is answered with 400', () => {
  const collector = eachWithCollector()

  for (const [what, body] of [
    ['nothing', ''],
    ['half an object', '{"batch":[{"type":"track"'],
    ['a byte order mark', '\uFEFF{"batch":[]}'],
    ['bytes that are not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])],
    ['an array', '[]'],
    ['a number', '1'],
    ['null', 'null'],
    ['a batch that is not an array', '{"batch":{"0":{}}}'],
    ['no batch', '{}'],
    ['a context that is not an object', '{"batch":[],"context":"x"}'],
    ['integrations that are not an object', '{"batch":[],"integrations":[]}'],
  ] as const) {
    it(what, async () => {
      const reply = await send(collector(), '/v1/batch', body)
      expect(reply.status).to.equal(400)
      expect(JSON.parse(reply.text)).to.include({ success: false, code: 'bad_request' })
      expect(collector()).to.include({ accepted: 0 })
      expect(collector().rejected[0]).to.include({ code: 'bad_request' })
    })
  }

  it('does not quote the body, which may hold a write key', async () => {
    const reply = await send(collector(), '/v1/batch', '{"writeKey":"s3cret" x')
    expect(reply.status).to.equal(400)
    expect(reply.text + JSON.stringify(collector().rejected)).not.to.include('s3cret')
  })

  it('a batch body over 500 KiB, and the answer reaches a client that writes it all first', async () => {
    const body = (bytes: number) => `{"batch":[]${' '.repeat(bytes - 12)}}`
    expect(await send(collector(), '/v1/batch', body(512_000))).to.include({ status: 200 })
    const reply = await send(collector(), '/v1/batch', body(512_001))
    expect(reply.status).to.equal(400)
    expect(reply.text).to.include('Exceed payload limit')
    expect(collector().requests.at(-1)).to.include({ bytes: 512_001, status: 400 })
  })

  it('a single message over 32 KiB', async () => {
    const body = (length: number) => track('a', { properties: { text: 'x'.repeat(length) } })
    expect(await post(collector(), '/v1/track', body(32_768))).to.include({ status: 400 })
    expect(await post(collector(), '/v1/track', body(32_000))).to.include({ status: 200 })
  })
})

describe('a message without a messageId gets one', () => {
  const collector = eachWithCollector()

  it('of its own', async () => {
    const without = { type: 'page', anonymousId: 'a1' }
    await postBatch(collector(), [
      without,
      { ...without, messageId: null },
      { ...without, messageId: '' },
    ])
    const ids = collector().messages.map(({ messageId }) => messageId)
    expect(new Set(ids)).to.have.property('size', 3)
    for (const id of ids) expect(id).to.match(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
  })
})

describe("the batch's context and integrations are merged into each message", () => {
  const collector = eachWithCollector()

  it('in depth, and the message wins', async () => {
    const context = { ip: '1.1.1.1', app: { name: 'shop', version: '1' }, tags: ['a', 'b'] }
    const own = { ip: '2.2.2.2', app: { version: '2' }, tags: ['c'], locale: null }
    await postBatch(collector(), [track('a', { context: own }), track('b')], {
      context,
      integrations: { All: false, Vero: true },
    })
    const [merged, bare] = collector().messages
    expect(merged?.context).to.deep.equal({
      ip: '2.2.2.2',
      app: { name: 'shop', version: '2' },
      tags: ['c'],
      locale: null,
    })
    expect(bare?.context).to.deep.equal(context)
    expect(merged?.integrations).to.deep.equal({ All: false, Vero: true })
  })

  it('by copying: messages share no object', async () => {
    await postBatch(collector(), [track('a'), track('b')], { context: { app: { name: 'shop' } } })
    const [first, second] = collector().messages
    expect(first?.context?.app).to.deep.equal(second?.context?.app)
    expect(first?.context?.app).not.to.equal(second?.context?.app)
  })

  it('adds nothing where the batch has none', async () => {
    await postBatch(collector(), [track('a')])
    expect(collector().messages[0]).not.to.have.any.keys('context', 'integrations')
  })

  it('cannot be used to make a small request into gigabytes', async () => {
    const batch = Array.from({ length: 1000 }, (_, i) => track(`m${i}`))
    await postBatch(collector(), batch, { context: { text: 'x'.repeat(40_000) } })
    expect(collector().accepted).to.equal(0)
    expect(collector().rejected.at(-1)).to.include({ code: 'message_too_large' })
  })
})

describe('an accepted message', () => {
  const collector = eachWithCollector()

  it('has every field as it was sent', async () => {
    const sent = track('a', {
      channel: 'server',
      version: 2,
      properties: {
        nothing: null,
        'key with spaces': [1, { deep: true }],
        big: 1e21,
        text: '\ud800',
      },
      context: { app: 'a plain string', page: { url: 'https://example.com/ü' } },
      integrations: { All: false, 'Google Analytics': { clientId: '1.2' } },
      constructor: 'data',
    })
    await postBatch(collector(), [sent])
    const { receivedAt, timestamp, ...rest } = collector().messages[0]!
    expect(rest).to.deep.equal(sent)
    expect(timestamp).to.equal(receivedAt)
  })

  it('of a single route has its type from the route, and no write key', async () => {
    const { type, ...fields } = track('a')
    await post(collector(), '/v1/track', { ...fields, writeKey: 's3cret' }, { key: null })
    expect(collector().messages[0]).to.deep.include({ ...fields, type })
    expect(collector().messages[0]).not.to.have.property('writeKey')
  })

  it('may have __proto__ as a key: it is data, and no prototype is touched', async () => {
    const body = `{"batch":[{"type":"track","event":"E","userId":"u","__proto__":{"polluted":1},
      "context":{"__proto__":{"polluted":2},"constructor":{"prototype":{"polluted":3}}}}],
      "context":{"__proto__":{"polluted":4,"more":5}}}`
    expect(await send(collector(), '/v1/batch', body)).to.include({ status: 200 })
    const message = collector().messages[0]!
    expect(Object.getPrototypeOf(message)).to.equal(Object.prototype)
    expect(Object.getPrototypeOf(message.context)).to.equal(Object.prototype)
    expect(JSON.stringify(message)).to.include('"__proto__":{"polluted":1}')
    expect(JSON.stringify(message.context)).to.include('"__proto__":{"polluted":2,"more":5}')
    expect(({} as Record<string, unknown>).polluted).to.equal(undefined)
    expect(message.polluted).to.equal(undefined)
  })
})
