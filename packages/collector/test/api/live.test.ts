// The live feed: server-sent events, resuming, slow readers.
/* eslint-disable @typescript-eslint/no-explicit-any,
   @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-return -- the answers are JSON, whose shape is what is tested */
import { once } from 'node:events'
import { type ClientRequest, type IncomingMessage, request } from 'node:http'
import { connect } from 'node:net'
import { expect } from 'chai'
import { useFakeTimers } from 'sinon'
import { Feed } from '../../lib/api/arrivals/feed.js'
import type { FoundMessage } from '../../lib/api/arrivals/found.js'
import { LiveReader } from '../../lib/api/routes/live-reader.js'
import { Sample } from '../../lib/api/routes/sample.js'
import { type Bench, eachWithBench } from './support.js'

interface SentEvent {
  readonly id: string
  readonly event: string
  readonly data: any
}

/** A reader as EventSource is one. */
class Reader {
  readonly #request: ClientRequest
  readonly #response: IncomingMessage
  readonly #events: SentEvent[] = []
  #text = ''
  #hasEnded = false

  static async open(bench: Bench, target = '/_/live', headers = {}): Promise<Reader> {
    const outgoing = request(`${bench.url}${target}`, { agent: false, headers })
    outgoing.end()
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage]
    return new Reader(outgoing, response)
  }

  constructor(outgoing: ClientRequest, response: IncomingMessage) {
    this.#request = outgoing
    this.#response = response
    outgoing.on('error', () => undefined)
    response.on('error', () => undefined)
    response.setEncoding('utf8')
    response.on('data', (part: string) => this.#take(part))
    response.on('close', () => {
      this.#hasEnded = true
      response.emit('changed')
    })
  }

  get status(): number | undefined {
    return this.#response.statusCode
  }

  get headers() {
    return this.#response.headers
  }

  /** The next so many events. */
  async next(count = 1): Promise<SentEvent[]> {
    while (this.#events.length < count) {
      if (this.#hasEnded) throw new Error(`it ended; left: ${JSON.stringify(this.#events)}`)
      await once(this.#response, 'changed')
    }
    return this.#events.splice(0, count)
  }

  async ended(): Promise<void> {
    while (!this.#hasEnded) await once(this.#response, 'changed')
  }

  close(): void {
    this.#request.destroy()
  }

  #take(part: string): void {
    this.#text += part
    const blocks = this.#text.split('\n\n')
    this.#text = blocks.pop() ?? ''
    for (const block of blocks) {
      const fields = new Map(
        block.split('\n').map((line) => {
          const colon = line.indexOf(': ')
          return [line.slice(0, colon), line.slice(colon + 2)] as const
        }),
      )
      const [id, event, data] = [fields.get('id'), fields.get('event'), fields.get('data')]
      if (id === undefined || event === undefined || data === undefined) continue
      this.#events.push({ id, event, data: JSON.parse(data) as unknown })
    }
    this.#response.emit('changed')
  }
}

describe('a reader of the live feed', () => {
  it('gets a comment every 15 seconds in which nothing happens', async () => {
    const clock = useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      const feed = new Feed()
      const over = new AbortController()
      const select = () => new Set<FoundMessage>()
      const chunks = new LiveReader(feed, { select }, over.signal).chunks(undefined)
      expect((await chunks.next()).value).to.equal('retry: 1000\n\n')
      expect((await chunks.next()).value).to.match(/^id: .*\nevent: ready\n/)
      const comment = chunks.next()
      let isThere = false
      void comment.then(() => (isThere = true))
      await clock.tickAsync(14_999)
      expect(isThere).to.equal(false)
      await clock.tickAsync(1)
      expect((await comment).value).to.equal(': still here\n\n')
      over.abort()
      expect((await chunks.next()).done).to.equal(true)
    } finally {
      clock.restore()
    }
  })
})

describe('a reader of a sample that falls behind', () => {
  const read = async (between: (feed: Feed) => void) => {
    const feed = new Feed()
    const over = new AbortController()
    const select = (found: readonly FoundMessage[]) => new Set(found)
    const question = { select, sample: new Sample(1) }
    const chunks = new LiveReader(feed, question, over.signal).chunks(undefined)
    await chunks.next()
    await chunks.next()
    const found = { position: { seq: 1, order: 0 }, message: {} }
    for (let count = 0; count < 3000; count += 1) {
      feed.publish({ kind: 'message', found })
      if (count === 0) between(feed)
    }
    const { value } = await chunks.next()
    over.abort()
    return value as string
  }

  it('hears how many messages it missed', async () => {
    expect(await read(() => undefined)).to.match(/event: sampled\ndata: {"skipped":3000}/)
  })

  it('is told to load everything again if it missed more than messages', async () => {
    const text = await read((feed) => feed.publish({ kind: 'cleared' }))
    expect(text).to.match(/event: reload\ndata: {"reason":"too_slow"}/)
  })
})

describe('GET /_/live', () => {
  const bench = eachWithBench()
  const readers: Reader[] = []
  const open = async (target?: string, headers?: object): Promise<Reader> => {
    const reader = await Reader.open(bench(), target, headers)
    readers.push(reader)
    return reader
  }
  afterEach(() => {
    for (const reader of readers.splice(0)) reader.close()
  })

  it('begins with what comes from now on', async () => {
    await bench().take([{ userId: 'u1' }])
    const reader = await open()
    expect(reader.status).to.equal(200)
    expect(reader.headers['content-type']).to.equal('text/event-stream; charset=utf-8')
    expect(reader.headers['cache-control']).to.equal('no-store')
    const [ready] = await reader.next()
    expect(ready!.event).to.equal('ready')
    await bench().take([{ userId: 'u1', properties: { text: 'two\nlines\r\u2028' } }])
    const [message] = await reader.next()
    expect(message!.event).to.equal('message')
    expect(message!.data).to.deep.include({ position: '2', source: 'shop', space: 'main' })
    expect(message!.data.message.properties.text).to.equal('two\nlines\r\u2028')
  })

  it('filters, and has what was refused for those who ask for it', async () => {
    const tracks = await open('/_/live?filter=type:track')
    const all = await open('/_/live?all=true')
    const discarded = await open('/_/live?filter=is:discarded')
    await Promise.all([tracks, all, discarded].map((reader) => reader.next()))
    await bench().take([{ type: 'identify', userId: 'u1' }])
    bench().refuse({ kind: 'discarded', code: 'bad_request', message: { type: 'track' } })
    await bench().take([{ userId: 'u1' }])
    bench().arrivals.cleared()
    bench().arrivals.peopleChanged()
    const names = async (reader: Reader, count: number) =>
      (await reader.next(count)).map(({ event, data }) => data.position ?? event)
    expect(await names(tracks, 3)).to.deep.equal(['2', 'cleared', 'people'])
    expect(await names(all, 5)).to.deep.equal(['1', '1.1', '2', 'cleared', 'people'])
    expect(await names(discarded, 3)).to.deep.equal(['1.1', 'cleared', 'people'])
  })

  it('filters by violations', async () => {
    const reader = await open('/_/live?filter=violation:*')
    await reader.next()
    await bench().take([{ userId: 'u1' }, { userId: 'null' }])
    const [event] = await reader.next()
    expect(event!.data).to.include({ position: '2' })
    expect(event!.data.violations).to.deep.equal([
      'ID value blocked',
      'No matching identifiers on event',
    ])
  })

  it('gives a reader who asks for it a sample, and says how many were left out', async () => {
    const all = await open('/_/live?filter=type:track')
    const sampled = await open('/_/live?filter=type:track&sample=1')
    await Promise.all([all, sampled].map((reader) => reader.next()))
    const count = 600
    await bench().take([
      { type: 'identify', userId: 'u1' },
      ...Array.from({ length: count }, () => ({ userId: 'u1' })),
    ])
    expect(await all.next(count)).to.have.length(count)
    let got = 0
    let skipped = 0
    while (got + skipped < count) {
      const [next] = await sampled.next()
      if (next!.event === 'sampled') skipped += Number(next!.data.skipped)
      else got += 1
    }
    expect(got).to.be.within(200, 210)
    expect(got + skipped).to.equal(count)
    bench().arrivals.peopleChanged()
    expect((await sampled.next())[0]!.event).to.equal('people')
  })

  it('tells a reader of a sample which rules its messages violated', async () => {
    const sampled = await open('/_/live?sample=10')
    await sampled.next()
    await bench().take([{ userId: 'u1' }, { userId: 'null', anonymousId: 'a1' }])
    const [first, second] = await sampled.next(2)
    expect(first!.data.violations).to.deep.equal([])
    expect(second!.data.violations).to.deep.equal(['ID value blocked'])
  })

  it('resumes after the last event that a reader had', async () => {
    const first = await open()
    await first.next()
    await bench().take([{ userId: 'u1' }, { userId: 'u1' }, { userId: 'u1' }])
    const [one] = await first.next()
    first.close()
    const second = await open('/_/live', { 'last-event-id': one!.id })
    const events = await second.next(3)
    expect(events.map(({ event, data }) => data.position ?? event)).to.deep.equal([
      'ready',
      '2',
      '3',
    ])
    expect(events[0]!.id).to.equal(one!.id)
  })

  it('tells a reader of another feed, or of one long ago, to load everything again', async () => {
    await bench().take([{ userId: 'u1' }])
    const stranger = await open('/_/live', { 'last-event-id': 'abcdef-1' })
    const [reload] = await stranger.next()
    expect(reload).to.deep.include({ event: 'reload', data: { reason: 'unknown_id' } })
    const first = await open()
    const [ready] = await first.next()
    first.close()
    for (let count = 0; count < 2001; count += 1) bench().arrivals.peopleChanged()
    const late = await open('/_/live', { 'last-event-id': ready!.id })
    const events = await late.next(2)
    expect(events.map(({ event }) => event)).to.deep.equal(['ready', 'reload'])
    expect(events[1]!.data).to.deep.equal({ reason: 'too_slow' })
    // What it has from then on resumes as ever.
    await bench().take([{ userId: 'u1' }])
    expect((await late.next())[0]!.data.position).to.equal('2')
  })

  it('tells a reader that does not read to load everything again, and holds nothing for it', async () => {
    const socket = connect(bench().port, '127.0.0.1')
    await once(socket, 'connect')
    socket.pause()
    socket.write('GET /_/live HTTP/1.1\r\nHost: localhost\r\n\r\n')
    while (bench().arrivals.feed.waiting === 0) await new Promise(setImmediate)
    const text = 'x'.repeat(30_000)
    // More than its socket and the feed can hold.
    for (let batch = 0; batch < 40; batch += 1) {
      for (let count = 0; count < 100; count += 1) {
        const seq = batch * 100 + count + 1
        const message = { type: 'track', messageId: `m${seq}`, properties: { text } } as never
        bench().arrivals.kept({ seq, message, space: 'main', source: 'shop', profileId: undefined })
      }
      await new Promise(setImmediate)
    }
    expect(bench().arrivals.feed.waiting).to.equal(0)
    let received = ''
    socket.setEncoding('latin1')
    socket.on('data', (part: string) => (received += part))
    socket.resume()
    while (!received.includes('event: reload')) await once(socket, 'data')
    expect(received).to.include('{"reason":"too_slow"}')
    // A tenth of what was published at most.
    expect(received.length).to.be.below(40 * 100 * 30_000 * 0.1)
    socket.destroy()
  })

  it('ends when the collector is closed, and when the reader leaves', async () => {
    const reader = await open()
    await reader.next()
    const other = await open()
    await other.next()
    other.close()
    while (bench().arrivals.feed.waiting !== 1) await new Promise(setImmediate)
    bench().closed.abort()
    await reader.ended()
    expect(bench().arrivals.feed.waiting).to.equal(0)
  })

  it('is for a hundred readers, of whom those that leave make room', async () => {
    const many = await Promise.all(Array.from({ length: 100 }, () => open()))
    const refused = await bench().get('/_/live')
    expect(refused.status).to.equal(503)
    expect(refused.headers['retry-after']).to.equal('10')
    many[0]!.close()
    let status: number | undefined
    while (status !== 200) {
      const reader = await open()
      status = reader.status
      reader.close()
    }
  })
})
