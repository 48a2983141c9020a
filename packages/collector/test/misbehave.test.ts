// Everything the collector can be told to do instead of behaving.
import { expect } from 'chai'
import type { Answer } from '../lib/index.js'
import { dial, eachWithCollector, failureOf, next, post, postBatch, send, track } from './client.js'

describe('misbehave(...answers)', () => {
  const collector = eachWithCollector()

  it('is one answer a request, in order; then it behaves again', async () => {
    collector().misbehave({ status: 500 }, { status: 503 })
    collector().misbehave({ status: 429 })
    const statuses = []
    for (let i = 0; i < 4; i++) {
      statuses.push((await postBatch(collector(), [track('a')])).status)
    }
    expect(statuses).to.deep.equal([500, 503, 429, 200])
    expect(collector()).to.include({ accepted: 1, duplicates: 0 })
    expect(collector().requests.map(({ status }) => status)).to.deep.equal(statuses)
  })

  it('is not used up by what is no tracking request', async () => {
    collector().misbehave({ status: 500 })
    expect((await fetch(`${collector().url}/health`)).status).to.equal(200)
    expect(await post(collector(), '/nowhere', {})).to.include({ status: 404 })
    expect(await postBatch(collector(), [track('a')])).to.include({ status: 500 })
  })

  it('is forgotten by behave()', async () => {
    collector().misbehave({ status: 500 }, { status: 500 })
    await postBatch(collector(), [track('a')])
    collector().behave()
    expect(await postBatch(collector(), [track('a')])).to.include({ status: 200 })
  })

  it('checks each answer when it is told, and then takes none of them', async () => {
    for (const wrong of [
      { status: 99 },
      { status: 600 },
      { status: '500' },
      { retryAfter: -1 },
      { retryAfter: 1.5 },
      { retryAfter: new Date(NaN) },
      { delay: Infinity },
      { reset: true },
      { headers: { 'x y': '1' } },
      { headers: { x: 'a\nb' } },
      { body: {} },
      { stats: 500 },
      null,
      500,
    ]) {
      const answers = [{ status: 500 }, wrong] as Answer[]
      expect(() => {
        collector().misbehave(...answers)
      }).to.throw(TypeError, /^misbehave: /)
    }
    expect(await postBatch(collector(), [track('a')])).to.include({ status: 200 })
  })
})

describe('an answer', () => {
  const collector = eachWithCollector()

  it('{status} is answered, and nothing is accepted unless it is a 2xx', async () => {
    collector().misbehave({ status: 401 }, { status: 302 }, { status: 202 }, { status: 204 })
    const replies = []
    for (const id of ['a', 'b', 'c', 'd']) replies.push(await postBatch(collector(), [track(id)]))
    expect(replies.map(({ status }) => status)).to.deep.equal([401, 302, 202, 204])
    expect(collector().messages.map(({ messageId }) => messageId)).to.deep.equal(['c', 'd'])
  })

  it('{store} decides what is accepted, whatever the status', async () => {
    collector().misbehave({ status: 500, store: true }, { store: false })
    expect(await postBatch(collector(), [track('a')])).to.include({ status: 500 })
    expect(await postBatch(collector(), [track('b')])).to.include({ status: 200 })
    expect(collector().messages.map(({ messageId }) => messageId)).to.deep.equal(['a'])
  })

  it('{retryAfter} in seconds is a 429 that says them twice', async () => {
    collector().misbehave({ retryAfter: 3 })
    const reply = await postBatch(collector(), [track('a')])
    expect(reply.status).to.equal(429)
    expect(reply.headers).to.include({ 'retry-after': '3', 'x-ratelimit-reset': '3' })
    expect(collector().accepted).to.equal(0)
  })

  it('{retryAfter} as a Date is sent as an HTTP-date, with any status', async () => {
    collector().misbehave({ status: 503, retryAfter: new Date('2030-01-02T03:04:05Z') })
    const reply = await postBatch(collector(), [track('a')])
    expect(reply.status).to.equal(503)
    expect(reply.headers['retry-after']).to.equal('Wed, 02 Jan 2030 03:04:05 GMT')
  })

  it('{headers, body} are sent', async () => {
    const headers = { 'content-type': 'text/html', 'X-Test': 'yes' }
    collector().misbehave({ status: 502, headers, body: '<h1>Bad Gateway</h1>' })
    const reply = await postBatch(collector(), [track('a')])
    expect(reply.text).to.equal('<h1>Bad Gateway</h1>')
    expect(reply.headers).to.include({ 'content-type': 'text/html', 'x-test': 'yes' })
  })

  it('{delay} accepts first and answers later', async () => {
    collector().misbehave({ delay: 60 })
    const started = performance.now()
    const accepted = next(collector(), 'message').then(() => performance.now() - started)
    const reply = await postBatch(collector(), [track('a')])
    const answered = performance.now() - started
    expect(reply.status).to.equal(200)
    expect(answered).to.be.at.least(58)
    expect(await accepted).to.be.below(answered)
  })

  it("{delay} that outlasts the client is noted as 'aborted'", async () => {
    collector().misbehave({ delay: 60_000 })
    const { socket } = await dial(collector())
    const body = JSON.stringify({ batch: [track('a')], writeKey: 'k' })
    const accepted = next(collector(), 'message')
    const noted = next(collector(), 'request')
    socket.write(
      `POST /v1/batch HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    )
    await accepted
    socket.destroy()
    await noted
    expect(collector().requests[0]).to.include({ status: 'aborted', count: 1 })
  })

  it("{reset: 'before'} breaks the connection, and nothing is accepted", async () => {
    collector().misbehave({ reset: 'before' })
    expect(await failureOf(postBatch(collector(), [track('a')]))).to.match(/ECONNRESET|EPIPE/)
    expect(collector().requests[0]).to.include({ status: 'reset', bytes: 0, count: undefined })
    expect(collector().accepted).to.equal(0)
  })

  for (const [size, batch] of [
    ['that comes in one segment', [track('a')]],
    ['of 400 KB', Array.from({ length: 4000 }, (_, i) => track(`a${i}`))],
  ] as const) {
    it(`{reset: 'mid-body'} breaks a body ${size}, and nothing is accepted`, async () => {
      collector().misbehave({ reset: 'mid-body' })
      expect(await failureOf(postBatch(collector(), batch as unknown[]))).to.match(
        /ECONNRESET|EPIPE/,
      )
      expect(collector().requests[0]).to.include({ status: 'reset', count: undefined })
      expect(collector().requests[0]?.bytes).to.be.above(0)
      expect(collector().accepted).to.equal(0)
    })
  }

  it("{reset: 'mid-body'} does not wait for a body that is empty", async () => {
    collector().misbehave({ reset: 'mid-body' })
    expect(await failureOf(send(collector(), '/v1/batch', ''))).to.equal('ECONNRESET')
  })

  it("{reset: 'after'} is the lost answer: the messages are accepted, a retry is a duplicate", async () => {
    collector().misbehave({ reset: 'after' })
    expect(await failureOf(postBatch(collector(), [track('a')]))).to.equal('ECONNRESET')
    expect(collector().requests[0]).to.include({ status: 'reset', count: 1 })
    expect(collector().accepted).to.equal(1)
    await postBatch(collector(), [track('a')])
    expect(collector()).to.include({ accepted: 1, duplicates: 1 })
  })

  it('{silence} never answers and accepts nothing; close() lets go of the client', async () => {
    collector().misbehave({ silence: true })
    const noted = next(collector(), 'request')
    const failure = failureOf(postBatch(collector(), [track('a')]))
    await noted
    expect(collector().requests[0]).to.include({ status: 'silent', count: 1 })
    expect(collector().accepted).to.equal(0)
    expect(await postBatch(collector(), [track('b')])).to.include({ status: 200 })
    await collector().close()
    expect(await failure).to.equal('ECONNRESET')
    expect(collector().requests.map(({ status }) => status)).to.deep.equal(['silent', 200])
  })

  it('{} behaves, for its turn', async () => {
    collector().misbehave({}, { status: 500 })
    expect(await postBatch(collector(), [track('a')])).to.include({ status: 200 })
    expect(await send(collector(), '/v1/batch', '{')).to.include({ status: 500 })
    expect(collector().rejected).to.deep.equal([])
  })
})

describe('misbehave(function)', () => {
  const collector = eachWithCollector()

  it('is asked for each request, and sees it', async () => {
    const seen: unknown[] = []
    collector().misbehave(({ n, method, path, messages, count, bytes, headers }) => {
      seen.push({ n, method, path, messages, count })
      expect(bytes).to.equal(Number(headers['content-length']))
      return n === 2 ? undefined : { status: 500 }
    })
    const statuses = []
    for (const event of ['A', 'B', 'C']) {
      const { status } = await post(collector(), '/v1/track', { userId: 'u', event })
      statuses.push(status)
    }
    expect(statuses).to.deep.equal([500, 200, 500])
    expect(seen[0]).to.deep.equal({
      n: 1,
      method: 'POST',
      path: '/v1/track',
      messages: [{ userId: 'u', event: 'A' }],
      count: 1,
    })
    expect(collector().errors).to.deep.equal([])
    collector().behave()
    expect(await postBatch(collector(), [track('a')])).to.include({ status: 200 })
  })

  it('sees undefined messages where the body cannot be read', async () => {
    const seen: unknown[] = []
    collector().misbehave(({ messages }) => {
      seen.push(messages)
      return undefined
    })
    expect(await send(collector(), '/v1/batch', '{')).to.include({ status: 400 })
    expect(seen).to.deep.equal([undefined])
  })

  it('may take its time', async () => {
    let release: () => void = () => undefined
    const gate = new Promise<void>((resolve) => (release = resolve))
    const asked = new Promise<void>((resolve) => {
      collector().misbehave(async ({ messages }) => {
        if (messages?.length === 1) return undefined
        resolve()
        await gate
        return { status: 418 }
      })
    })
    const held = postBatch(collector(), [track('a'), track('b')])
    await asked
    expect(await postBatch(collector(), [track('c')])).to.include({ status: 200 })
    expect(collector().requests.map(({ status }) => status)).to.deep.equal([200])
    release()
    expect(await held).to.include({ status: 418 })
  })

  for (const reset of ['before', 'mid-body'] as const) {
    it(`may reset ${reset}: nothing is accepted`, async () => {
      collector().misbehave(() => ({ reset }))
      expect(await failureOf(postBatch(collector(), [track('a')]))).to.equal('ECONNRESET')
      expect(collector().accepted).to.equal(0)
    })
  }

  it('that throws, or gives what is no answer, is a 500 that says so', async () => {
    collector().misbehave(() => {
      throw new Error('a bug of the test')
    })
    const reply = await postBatch(collector(), [track('a')])
    expect(reply.status).to.equal(500)
    expect(reply.text).to.include('a bug of the test')
    collector().misbehave(() => ({ status: 1000 }))
    expect((await postBatch(collector(), [track('a')])).text).to.include('status cannot be 1000')
    expect(collector().errors.map(String)).to.deep.equal([
      'Error: a bug of the test',
      'TypeError: misbehave: status cannot be 1000',
    ])
    expect(collector().accepted).to.equal(0)
  })

  it('and answers take the place of each other', async () => {
    collector().misbehave({ status: 500 })
    collector().misbehave(() => ({ status: 502 }))
    expect(await postBatch(collector(), [track('a')])).to.include({ status: 502 })
    collector().misbehave({ status: 503 })
    expect(await postBatch(collector(), [track('a')])).to.include({ status: 503 })
    expect(await postBatch(collector(), [track('a')])).to.include({ status: 200 })
  })
})
