// Routes, write keys, content types, compression: how the collector's HTTP side answers.
import { once } from 'node:events'
import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import { expect } from 'chai'
import { type Collector, startCollector } from '../lib/index.js'
import { basic, eachWithCollector, post, postBatch, send, track } from './client.js'

describe('the routes', () => {
  const collector = eachWithCollector()

  for (const [route, fields] of Object.entries({
    identify: {},
    track: { event: 'E' },
    page: {},
    screen: {},
    group: { groupId: 'g1' },
    alias: { previousId: 'p1' },
  })) {
    it(`/v1/${route} takes one message`, async () => {
      const reply = await post(collector(), `/v1/${route}?x=1`, { userId: 'u1', ...fields })
      expect(reply).to.include({ status: 200, text: '{"success":true}' })
      expect(reply.headers['content-type']).to.equal('application/json')
      expect(collector().messages[0]).to.include({ type: route, userId: 'u1', ...fields })
    })
  }

  it('/v1/import is /v1/batch', async () => {
    await post(collector(), '/v1/import', { batch: [track('a')] })
    expect(collector().accepted).to.equal(1)
  })

  it('has the short names by which analytics-next calls them', async () => {
    const headers = { 'content-type': 'text/plain' }
    const bodies = {
      b: { batch: [track('a')] },
      t: { userId: 'u1', event: 'b' },
      g: { userId: 'u1', groupId: 'g1' },
    }
    for (const [name, body] of Object.entries(bodies)) {
      const reply = await post(collector(), `/v1/${name}`, body, { headers })
      expect(reply.status, name).to.equal(200)
    }
    const messages = collector().messages.map(({ type, event }) => [type, event])
    expect(messages).to.deep.equal([
      ['track', 'Signed Up'],
      ['track', 'b'],
      ['group', undefined],
    ])
  })

  it('takes messages of pages of any origin, and answers them nothing else', async () => {
    const asked = {
      origin: 'http://shop.example',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type',
    }
    const preflight = await fetch(`${collector().url}/v1/t`, { method: 'OPTIONS', headers: asked })
    expect(preflight.status).to.equal(204)
    expect(Object.fromEntries(preflight.headers)).to.deep.include({
      'access-control-allow-origin': '*',
      'access-control-allow-methods': 'POST',
      'access-control-allow-headers': 'authorization,content-type',
    })
    const reply = await post(collector(), '/v1/t', { userId: 'u1', event: 'a' })
    expect(reply.headers['access-control-allow-origin']).to.equal('*')
    for (const path of ['/', '/health', '/_/messages', '/page/page.js']) {
      const other = await fetch(`${collector().url}${path}`, { method: 'OPTIONS', headers: asked })
      expect(other.status, path).to.be.oneOf([403, 404, 405])
      expect(other.headers.get('access-control-allow-origin'), path).to.equal(null)
    }
  })

  it('a proxy may ask for the whole URL', async () => {
    const socket = connect(collector().port, '127.0.0.1')
    const body = JSON.stringify(track('a'))
    socket.write(
      `POST http://api.segment.io/v1/track HTTP/1.1\r\nHost: api.segment.io\r\nContent-Type: application/json\r\n` +
        `Authorization: ${basic('k')}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    )
    const [answer] = (await once(socket, 'data')) as [Buffer]
    socket.destroy()
    expect(answer.toString()).to.match(/^HTTP\/1\.1 200 /)
  })

  it('GET / and /health tell that it is there', async () => {
    for (const path of ['/', '/health']) {
      const reply = await fetch(`${collector().url}${path}`)
      expect(reply.status).to.equal(200)
      expect(await reply.json()).to.deep.equal({ success: true })
    }
  })

  it('any other path is 404', async () => {
    for (const path of ['/v1', '/v1/batch/', '/v1/constructor', '/v2/track', '//', '/__proto__']) {
      expect(await post(collector(), path, {}), path).to.include({ status: 404 })
    }
  })

  it('any other method is 405', async () => {
    for (const method of ['GET', 'PUT', 'DELETE', 'PATCH', 'TRACE', 'PROPFIND']) {
      const reply = await send(collector(), '/v1/batch', '', { method })
      expect(reply.status, method).to.equal(405)
      expect(reply.headers.allow).to.equal('POST')
    }
    expect(await post(collector(), '/', {})).to.include({ status: 405 })
  })
})

describe('the write key', () => {
  const collector = eachWithCollector()
  const tell = (collector: Collector, headers: Record<string, string>, body = {}) =>
    post(collector, '/v1/batch', { batch: [track('a')], ...body }, { key: null, headers })

  it('is the username of Basic auth', async () => {
    expect(await tell(collector(), { authorization: 'Basic YWJjMTIzOg==' })).to.include({
      status: 200,
    })
  })

  it('may stand without its colon, as the API takes it still', async () => {
    const authorization = `basic ${Buffer.from('abc123').toString('base64')}`
    expect(await tell(collector(), { authorization })).to.include({ status: 200 })
  })

  it('may stand in the body, alone or beside an OAuth token', async () => {
    expect(await tell(collector(), {}, { writeKey: 'k' })).to.include({ status: 200 })
    const authorization = 'Bearer token'
    expect(await tell(collector(), { authorization }, { writeKey: 'k' })).to.include({
      status: 200,
    })
    expect(await tell(collector(), { authorization })).to.include({ status: 401 })
  })

  it('must be there', async () => {
    for (const authorization of ['', 'Basic', 'Basic Og==', 'Basic ???', 'Digest abc']) {
      expect(await tell(collector(), { authorization }), authorization).to.include({ status: 401 })
    }
    expect(await tell(collector(), {}, { writeKey: '' })).to.include({ status: 401 })
    expect(await tell(collector(), {}, { writeKey: 5 })).to.include({ status: 401 })
    expect(collector().accepted).to.equal(0)
    expect(collector().rejected.at(-1)).to.include({ code: 'unknown_source' })
  })

  it('must be one of writeKeys, where they are given', async () => {
    const strict = await startCollector({ writeKeys: ['right'] })
    try {
      expect(await tell(strict, { authorization: basic('wrong') })).to.include({ status: 401 })
      expect(await tell(strict, {}, { writeKey: 'wrong' })).to.include({ status: 401 })
      expect(await tell(strict, { authorization: basic('right') })).to.include({ status: 200 })
    } finally {
      await strict.close()
    }
  })

  it('is in nothing that the collector shows', async () => {
    collector().misbehave((request) => {
      seen = JSON.stringify(request)
      return undefined
    })
    let seen = ''
    await tell(collector(), { authorization: basic('s3cret'), cookie: 's3cret' })
    const shown = JSON.stringify([collector().requests, collector().messages, seen])
    expect(shown).not.to.include('s3cret')
    expect(shown).not.to.include(basic('s3cret').slice(6))
  })
})

describe('the body', () => {
  const collector = eachWithCollector()
  const gzipped = (body: string | Buffer, headers = {}) =>
    send(collector(), '/v1/batch', body, { headers: { 'content-encoding': 'gzip', ...headers } })

  it('must be announced as JSON', async () => {
    for (const type of ['text/plain', 'application/jsonx', 'application/x-www-form-urlencoded']) {
      const headers = { 'content-type': type }
      const reply = await send(collector(), '/v1/batch', '{"batch":[]}', { headers })
      expect(reply.status, type).to.equal(400)
      expect(reply.text).to.include('Content-Type')
    }
    for (const type of ['application/json; charset=utf-8', 'Application/JSON']) {
      const headers = { 'content-type': type }
      const reply = await send(collector(), '/v1/batch', '{"batch":[]}', { headers })
      expect(reply.status, type).to.equal(200)
    }
  })

  it('may be gzip', async () => {
    const reply = await gzipped(gzipSync(JSON.stringify({ batch: [track('a')] })))
    expect(reply.status).to.equal(200)
    expect(collector().messages[0]).to.include({ messageId: 'a' })
  })

  it('may come in chunks, without a length', async () => {
    const body = JSON.stringify({ batch: [track('a')] })
    const reply = await fetch(`${collector().url}/v1/batch`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: basic('k') },
      body: new ReadableStream<Uint8Array>({
        start(controller) {
          for (const byte of Buffer.from(body)) controller.enqueue(Uint8Array.of(byte))
          controller.close()
        },
      }),
      duplex: 'half',
    })
    expect(reply.status).to.equal(200)
    expect(collector().accepted).to.equal(1)
  })

  it('that says gzip and is not is 400; so is another encoding', async () => {
    expect(await gzipped('{"batch":[]}')).to.include({ status: 400 })
    expect(await gzipped('')).to.include({ status: 400 })
    const whole = gzipSync('{"batch":[]}')
    expect(await gzipped(whole.subarray(0, -3))).to.include({ status: 400 })
    expect(await gzipped(whole, { 'content-encoding': 'br' })).to.include({ status: 400 })
  })

  it('is measured after decompression, and a bomb is stopped early', async () => {
    // Members of gzip one after another are one stream: 1 MiB of zeros, 400 times, in 410 KB.
    const member = gzipSync(Buffer.alloc(1024 * 1024))
    const bomb = Buffer.concat(Array.from({ length: 400 }, () => member))
    const before = process.memoryUsage().rss
    const reply = await gzipped(bomb)
    expect(reply.status).to.equal(400)
    expect(reply.text).to.include('Exceed payload limit')
    expect(process.memoryUsage().rss - before).to.be.below(50 * 1024 * 1024)
  })
})

describe('a request that was served', () => {
  const collector = eachWithCollector({ now: () => 1_700_000_000_000 })

  it('is noted with what there is to know of it', async () => {
    const body = JSON.stringify({ batch: [track('a'), track('b')] })
    await send(collector(), '/v1/batch?writeKey=x', body, { headers: { 'x-retry-count': '2' } })
    expect(collector().requests).to.have.length(1)
    expect(collector().requests[0]).to.include({
      at: 1_700_000_000_000,
      method: 'POST',
      path: '/v1/batch',
      status: 200,
      bytes: body.length,
      count: 2,
    })
    expect(collector().requests[0]?.headers).to.include({ 'x-retry-count': '2' })
  })

  it('is noted by the time its answer is there, for any answer', async () => {
    await postBatch(collector(), [track('a')])
    await send(collector(), '/nowhere', 'xyz')
    await send(collector(), '/v1/batch', '{')
    expect(
      collector().requests.map(({ status, bytes, count }) => [status, bytes, count]),
    ).to.deep.equal([
      [200, collector().requests[0]?.bytes, 1],
      [404, 3, undefined],
      [400, 1, undefined],
    ])
  })
})
