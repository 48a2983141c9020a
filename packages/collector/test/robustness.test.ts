// Whatever is thrown at it: it answers, and it goes on.
import { expect } from 'chai'
import { startCollector } from '../lib/index.js'
import { dial, eachWithCollector, next, postBatch, send, track } from './client.js'

const head = (lines: string[]) => `${lines.join('\r\n')}\r\n\r\n`
const batchHead = (...more: string[]) =>
  head(['POST /v1/batch HTTP/1.1', 'Host: x', 'Content-Type: application/json', ...more])

describe('bytes that are no request', () => {
  const collector = eachWithCollector({ requestTimeout: 150 })

  /** What comes back for these bytes by the time the connection is closed; then all is as it was. */
  async function answerTo(bytes: string | Buffer): Promise<string> {
    const { socket, over } = await dial(collector())
    socket.write(bytes)
    const answer = await over
    expect(await postBatch(collector(), [track('after')])).to.include({ status: 200 })
    expect(collector().messages.map(({ messageId }) => messageId)).to.deep.equal(['after'])
    return answer
  }

  it('garbage is answered with 400', async () => {
    expect(await answerTo('\0\x01\xffGARBAGE\r\n\r\n')).to.match(/^HTTP\/1\.1 400 /)
  })

  it('a TLS handshake is answered with 400', async () => {
    expect(await answerTo(Buffer.from('16030100c8010000c40303', 'hex'))).to.match(
      /^HTTP\/1\.1 400 /,
    )
  })

  it('HTTP/2 is answered with 400', async () => {
    expect(await answerTo('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')).to.match(/^HTTP\/1\.1 400 /)
  })

  it('headers without end are answered with 431', async () => {
    expect(await answerTo(batchHead(`X-Huge: ${'x'.repeat(100_000)}`))).to.match(/^HTTP\/1\.1 431 /)
  })

  it('a Content-Length that is none is answered with 400', async () => {
    expect(await answerTo(batchHead('Content-Length: -5'))).to.match(/^HTTP\/1\.1 400 /)
  })

  it('two ways to tell the length are answered with 400', async () => {
    const bytes = batchHead('Content-Length: 3', 'Transfer-Encoding: chunked')
    expect(await answerTo(bytes)).to.match(/^HTTP\/1\.1 400 /)
  })

  it('a chunk that is none is answered with 400, and the request is noted so', async () => {
    const bytes = `${batchHead('Transfer-Encoding: chunked')}zz\r\n`
    expect(await answerTo(bytes)).to.match(/^HTTP\/1\.1 400 /)
    expect(collector().requests[0]).to.include({ path: '/v1/batch', status: 400 })
  })

  it('a body longer than its Content-Length is not taken for a part of it', async () => {
    const body = JSON.stringify({ batch: [{}], writeKey: 'k' })
    const bytes = `${batchHead(`Content-Length: ${body.length}`)}${body}{"more":"of it"}`
    const answer = await answerTo(bytes)
    expect(answer).to.match(/^HTTP\/1\.1 (200|400) /)
    expect(answer).to.include('HTTP/1.1 400')
  })

  it('a body shorter than its Content-Length is answered with 408, in time', async () => {
    const bytes = `${batchHead('Content-Length: 1000')}{"batch":`
    expect(await answerTo(bytes)).to.match(/^HTTP\/1\.1 408 /)
    expect(collector().requests[0]).to.include({ status: 408, bytes: 9 })
  })

  it('half a head is answered with 408, in time', async () => {
    expect(await answerTo('POST /v1/batch HTTP/1.1\r\nHost: x\r\nX-')).to.match(/^HTTP\/1\.1 408 /)
  })

  it('a request without a Host is answered with 400', async () => {
    expect(await answerTo('POST /v1/batch HTTP/1.1\r\nConnection: close\r\n\r\n')).to.match(
      /^HTTP\/1\.1 400 /,
    )
  })

  it('CONNECT is answered with 405', async () => {
    expect(await answerTo('CONNECT a.b:443 HTTP/1.1\r\nHost: a.b\r\n\r\n')).to.match(
      /^HTTP\/1\.1 405 /,
    )
  })

  it('a wish for another protocol is not granted', async () => {
    const lines = ['GET / HTTP/1.1', 'Host: x', 'Connection: upgrade, close', 'Upgrade: websocket']
    expect(await answerTo(head(lines))).to.match(/^HTTP\/1\.1 200 /)
  })
})

describe('a connection that is broken while its end is on its way', () => {
  const collector = eachWithCollector()

  it('leaves no socket behind', async () => {
    const sockets = () =>
      process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length
    collector().misbehave({ reset: 'after' })
    const before = sockets()
    const { socket, over } = await dial(collector())
    // What follows the body is answered with 400 at once, before the request itself is.
    socket.write(`${batchHead('Content-Length: 2')}{}garbage\r\n\r\n`)
    await over
    await collector().close()
    await new Promise(setImmediate)
    expect(sockets()).to.be.at.most(before)
  })
})

describe('a client that leaves', () => {
  const collector = eachWithCollector()

  it('in its body is noted as aborted, and nothing is accepted', async () => {
    const body = JSON.stringify({ batch: [track('a')], writeKey: 'k' })
    const { socket } = await dial(collector())
    const noted = next(collector(), 'request')
    const wrote = new Promise((resolve) => {
      socket.write(`${batchHead('Content-Length: 5000')}${body}`, resolve)
    })
    await wrote
    socket.resetAndDestroy()
    await noted
    expect(collector().requests[0]).to.include({ status: 'aborted' })
    expect(collector().accepted).to.equal(0)
  })

  it('in its head leaves nothing behind', async () => {
    const { socket, over } = await dial(collector())
    socket.write('POST /v1/ba')
    socket.resetAndDestroy()
    await over
    expect(await postBatch(collector(), [track('a')])).to.include({ status: 200 })
    expect(collector().requests).to.have.length(1)
  })
})

describe('a body that is hostile', () => {
  const collector = eachWithCollector()
  const nested = (depth: number) => `${'[['.repeat(depth)}${']]'.repeat(depth)}`
  const message = (id: string, rest: string) =>
    `{"type":"track","event":"E","userId":"u","messageId":"${id}"${rest}}`

  it('nested 250,000 deep harms no neighbour', async () => {
    const body = `{"batch":[${message('deep', `,"properties":{"x":${nested(120_000)}}`)},${message('ok', '')}]}`
    expect(await send(collector(), '/v1/batch', body)).to.include({ status: 200 })
    expect(collector().messages.map(({ messageId }) => messageId)).to.deep.equal(['ok'])
    // JSON of Node 26 does not recurse: there it is the size that is refused.
    const code = Number.parseInt(process.versions.node) >= 26 ? 'message_too_large' : 'bad_request'
    expect(collector().rejected[0]).to.include({ code })
  })

  it('nested within 32 KiB is either kept whole, and can be written out, or refused', async () => {
    for (const [depth, open, close] of [
      [15_000, '[', ']'],
      [5_000, '{"a":', '}'],
      [2_000, '{"a":', '}'],
      [500, '{"a":', '}'],
    ] as const) {
      const deep = `{"a":${open.repeat(depth)}1${close.repeat(depth)}}`
      const body = `{"batch":[${message(String(depth), `,"context":${deep}`)}],"context":${deep}}`
      expect(await send(collector(), '/v1/batch', body)).to.include({ status: 200 })
    }
    expect(collector().accepted + collector().rejected.length).to.equal(4)
    expect(collector().accepted).to.be.at.least(1)
    JSON.stringify(collector().messages)
  })

  it('of messages that are too large leaves only their names in memory', async () => {
    const large = 'x'.repeat(150_000)
    await postBatch(collector(), [{ ...track('m1'), properties: { large } }, large, [large]])
    await postBatch(collector(), [{ type: 'unknown', userId: large, event: 'E' }])
    const small = { type: 'unknown', properties: { a: 1 } }
    await postBatch(collector(), [small])
    const sent = collector().rejected.map(({ message }) => message)
    const { type, messageId, userId, event } = track('m1')
    expect(sent).to.deep.equal([
      { type, messageId, userId, event },
      undefined,
      undefined,
      { type: 'unknown', event: 'E' },
      small,
    ])
    const { text } = await send(collector(), '/_/messages?filter=is:discarded', '', {
      method: 'GET',
    })
    expect(text.length).to.be.below(5_000)
  })

  it('may be anything that JSON can be', async () => {
    for (const value of ['"x"', '1e999', '[[]]', '{"":{}}', 'false', '"\\ud800"', '{"length":1}']) {
      for (const body of [value, `{"batch":${value}}`, `{"batch":[${value}]}`]) {
        const { status } = await send(collector(), '/v1/batch', body)
        expect(status, body).to.be.oneOf([200, 400])
        expect((await send(collector(), '/v1/track', body)).status, body).to.be.oneOf([200, 400])
      }
    }
    expect(collector().accepted).to.equal(0)
  })

  it('of 40 MB is cut off, and the answer was 400', async () => {
    const { socket, over } = await dial(collector())
    const noted = next(collector(), 'request')
    socket.write(batchHead('Content-Length: 40000000'))
    const part = Buffer.alloc(1_000_000, 32)
    for (let i = 0; i < 40; i++) socket.write(part)
    await noted
    await over
    expect(collector().requests[0]).to.include({ status: 400 })
    expect(collector().requests[0]?.bytes).to.be.below(18_000_000)
  })
})

describe('what the user gave it', () => {
  it('a clock that fails or is no clock costs no answer', async () => {
    const times: (() => number)[] = [
      () => {
        throw new Error('no time')
      },
      () => NaN,
      () => 1e20,
      () => 'x' as unknown as number,
    ]
    const collector = await startCollector({ now: () => times.shift()!() })
    try {
      for (const id of ['a', 'b', 'c', 'd']) {
        expect(await postBatch(collector, [track(id)])).to.include({ status: 200 })
      }
      expect(collector.errors).to.have.length(4)
    } finally {
      await collector.close()
    }
  })

  it('options are checked, by name', async () => {
    for (const [options, message] of [
      [{ port: -1 }, /port must be/],
      [{ port: '80' }, /port must be .*, not '80'/],
      [{ host: '' }, /host must be/],
      [{ writeKeys: 's3cret' }, /writeKeys must be an array/],
      [{ dedupWindow: 0 }, /dedupWindow must be/],
      [{ maxBatchSize: 1.5 }, /maxBatchSize must be/],
      [{ now: 5 }, /now must be a function/],
      [{ prot: 80 }, /there is no option 'prot'/],
    ] as [object, RegExp][]) {
      const error = await startCollector(options).then(
        () => undefined,
        (reason: unknown) => reason,
      )
      expect(error).to.be.instanceOf(TypeError)
      expect(String(error)).to.match(message).and.not.include('s3cret')
    }
  })
})
