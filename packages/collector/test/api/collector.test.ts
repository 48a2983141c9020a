// What a running collector answers beside taking in messages.
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { expect } from 'chai'
import { basic, eachWithCollector, postBatch, send, track } from '../client.js'

const noKey = { method: 'GET', key: null } as const

describe('a collector', () => {
  const collector = eachWithCollector({ sources: { test: 'shop' } })
  const get = (path: string, headers: Record<string, string> = {}) =>
    send(collector(), path, '', { ...noKey, headers })

  it('answers about what it was sent', async () => {
    await postBatch(collector(), [track('m1'), track('m1'), { type: 'track', userId: 'u1' }])
    const { status, text } = await get('/_/messages?all=true')
    expect(status).to.equal(200)
    const { messages } = JSON.parse(text) as { messages: Record<string, unknown>[] }
    expect(
      messages.map(({ refused }) => (refused as { kind: string } | undefined)?.kind),
    ).to.have.members([undefined, 'duplicate', 'discarded'])
    for (const { source } of messages) expect(source).to.equal('shop')
    expect(text).to.not.include('"test"')
    const person = await get(
      '/v1/spaces/default/collections/users/profiles/user_id:u1/external_ids',
    )
    expect(person.status).to.equal(200)
    expect((await get('/_/profiles/user_id:u1')).status).to.equal(200)
    expect((await get('/_/explain?a=user_id:u1&b=user_id:u2')).status).to.equal(200)
  })

  it('waits for what comes', async () => {
    const waiting = get('/_/messages?wait=5000&filter=event:%22Signed%20Up%22')
    await postBatch(collector(), [track('m1')])
    expect((await waiting).text).to.include('"messageId":"m1"')
    const found = await collector().waitFor('event:"Signed Up"')
    expect(found.messageId).to.equal('m1')
    expect(await collector().findMessages('user:u1')).to.have.length(1)
    expect((await collector().profile('user_id:u1'))?.identifiers).to.have.length(1)
    expect(await collector().table('signed_up')).to.have.length(1)
  })

  it('clears', async () => {
    await postBatch(collector(), [track('m1')])
    const json = { ...noKey, method: 'DELETE', headers: { 'content-type': 'application/json' } }
    expect((await send(collector(), '/_/messages', '', json)).status).to.equal(200)
    expect(collector().messages).to.deep.equal([])
    expect((await get('/_/messages/latest')).status).to.equal(404)
    expect((await get('/_/profiles/user_id:u1')).status).to.equal(404)
    await postBatch(collector(), [track('m1')])
    expect((await get('/_/messages/latest')).status).to.equal(200)
  })

  it('takes messages from anywhere, and answers questions only of its own', async () => {
    const headers = { origin: 'https://shop.example', host: 'collector.example' }
    const sent = await send(collector(), '/v1/batch', JSON.stringify({ batch: [track('m1')] }), {
      headers,
    })
    expect(sent.status).to.equal(200)
    expect((await get('/_/messages', { origin: 'https://shop.example' })).status).to.equal(403)
    expect((await get('/_/messages', { host: 'collector.example' })).status).to.equal(403)
    const profile = '/v1/spaces/default/collections/users/profiles/user_id:u1/traits'
    expect((await get(profile, { origin: 'https://shop.example' })).status).to.equal(403)
    expect((await get('/_/none', { host: 'collector.example' })).status).to.equal(403)
  })

  it('misbehaves as it is told to, but never when it is asked', async () => {
    const json = { ...noKey, method: 'PUT', headers: { 'content-type': 'application/json' } }
    const body = JSON.stringify({ always: { status: 503 } })
    expect((await send(collector(), '/_/faults', body, json)).status).to.equal(200)
    expect((await postBatch(collector(), [track('m1')])).status).to.equal(503)
    expect((await get('/_/messages')).status).to.equal(200)
    await send(collector(), '/_/faults', '', { ...json, method: 'DELETE' })
    expect((await postBatch(collector(), [track('m1')])).status).to.equal(200)
  })

  it('notes questions without what is in their query', async () => {
    await get('/_/messages?filter=user:u1')
    const [noted] = collector().requests
    expect(noted).to.deep.include({ method: 'GET', path: '/_/messages', status: 200 })
  })

  it('tells live readers which rules a message violated', async () => {
    const outgoing = request(`${collector().url}/_/live?filter=violation:*`, { agent: false })
    outgoing.end()
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage]
    response.setEncoding('utf8')
    await postBatch(collector(), [track('m1'), { ...track('m2'), userId: 'null' }])
    let text = ''
    for await (const part of response) {
      text += part as string
      if (text.includes('"m2"')) break
    }
    expect(text).to.not.include('"m1"')
    expect(text).to.include('"violations":["ID value blocked","No matching identifiers on event"]')
  })

  it('has room again for live readers that have left', async () => {
    const open = async () => {
      const outgoing = request(`${collector().url}/_/live`, { agent: false })
      outgoing.on('error', () => undefined)
      outgoing.end()
      const [response] = (await once(outgoing, 'response')) as [{ statusCode: number }]
      return { outgoing, status: response.statusCode }
    }
    for (let round = 0; round < 3; round += 1) {
      const readers = await Promise.all(Array.from({ length: 80 }, open))
      expect(readers.map(({ status }) => status)).to.deep.equal(new Array(80).fill(200))
      const left = new Promise<void>((resolve) => {
        let count = 0
        collector().on('request', () => {
          count += 1
          if (count === 80) resolve()
        })
      })
      for (const { outgoing } of readers) outgoing.destroy()
      if (round === 0) void left
      await new Promise((resolve) => setImmediate(resolve))
      let status = 0
      while (status !== 200) {
        const reader = await open()
        status = reader.status
        reader.outgoing.destroy()
      }
    }
  })

  it('ends its live readers and those who wait when it is closed', async () => {
    const live = get('/_/live').catch((error: unknown) => error)
    const waiting = get('/_/messages?wait=60000').catch((error: unknown) => error)
    while (collector().requests.length < 1) await new Promise((resolve) => setImmediate(resolve))
    await collector().close()
    await Promise.all([live, waiting])
  })
})

describe('a collector with a token', () => {
  const collector = eachWithCollector({ token: 'secret-token' })
  const get = (path: string, headers: Record<string, string> = {}) =>
    send(collector(), path, '', { ...noKey, headers })

  it('takes messages without it, and answers nothing else', async () => {
    expect((await postBatch(collector(), [track('m1')])).status).to.equal(200)
    for (const path of [
      '/_/messages',
      '/_/live',
      '/_/none',
      '/v1/spaces/x/collections/users/profiles/a:b/traits',
    ])
      expect((await get(path)).status, path).to.equal(401)
    const json = { ...noKey, method: 'DELETE', headers: { 'content-type': 'application/json' } }
    expect((await send(collector(), '/_/messages', '', json)).status).to.equal(401)
    expect(collector().messages).to.have.length(1)
  })

  it('answers who has it', async () => {
    expect((await get('/_/messages', { authorization: 'Bearer secret-token' })).status).to.equal(
      200,
    )
    expect((await get('/_/messages', { authorization: basic('secret-token') })).status).to.equal(
      200,
    )
    expect((await get('/_/messages?token=secret-token')).status).to.equal(200)
    expect((await get('/_/messages', { authorization: basic('test') })).status).to.equal(401)
  })

  it('writes it nowhere', async () => {
    await get('/_/messages?token=secret-token', { authorization: 'Bearer secret-token' })
    await get('/_/messages?filter=secret-token&token=wrong')
    expect(JSON.stringify(collector().requests)).to.not.include('secret-token')
    expect(JSON.stringify(collector().rejected)).to.not.include('secret-token')
  })
})

describe('a collector for other machines', () => {
  const collector = eachWithCollector({ host: '0.0.0.0' })

  it('takes messages, but is not asked without a token', async () => {
    expect((await postBatch(collector(), [track('m1')])).status).to.equal(200)
    const { status, text } = await send(collector(), '/_/messages', '', noKey)
    expect(status).to.equal(403)
    expect(text).to.include('start it with a token')
    expect(await collector().findMessages()).to.have.length(1)
  })
})
