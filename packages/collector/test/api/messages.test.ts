// The routes of messages: search, paging, waiting, download, what was refused.
/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-unsafe-assignment,
   @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-return -- the answers are JSON, whose shape is what is tested */
import { expect } from 'chai'
import { Bench, eachWithBench, inEachStore, type Reply } from './support.js'

const search = (bench: Bench, parameters: Record<string, string> = {}): Promise<Reply> =>
  bench.get(`/_/messages?${new URLSearchParams(parameters).toString()}`)

const ids = ({ json }: Reply): string[] =>
  (json.messages as { message: { messageId: string } }[]).map(({ message }) => message.messageId)

inEachStore('GET /_/messages', (bench) => {
  it('gives the newest first, with what is known of them', async () => {
    await bench().take([
      { type: 'identify', userId: 'u1', traits: { plan: 'premium' } },
      { userId: 'null' },
    ])
    const { status, json, headers } = await search(bench())
    expect(status).to.equal(200)
    expect(json.next).to.equal(null)
    expect(json.messages).to.have.length(2)
    const [second, first] = json.messages
    expect(first).to.deep.include({ space: 'main', source: 'shop', violations: [] })
    expect(first.profileId).to.match(/^use_[\dA-Za-z]{27}$/)
    expect(first.message.traits).to.deep.equal({ plan: 'premium' })
    expect(second.profileId).to.equal(null)
    expect(second.violations).to.have.members([
      'ID value blocked',
      'No matching identifiers on event',
    ])
    expect(headers['content-type']).to.equal('application/json; charset=utf-8')
    expect(headers['x-content-type-options']).to.equal('nosniff')
    expect(headers['cache-control']).to.equal('no-store')
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).to.be.empty
  })

  it('filters', async () => {
    await bench().take([
      { userId: 'u1', event: 'Signed Up', properties: { plan: 'premium', revenue: 10 } },
      { userId: 'u2', event: 'Signed Up', properties: { plan: 'free' } },
      { type: 'identify', userId: 'u1' },
      { userId: 'null' },
    ])
    const found = async (filter: string) => ids(await search(bench(), { filter }))
    expect(await found('event:"Signed Up" plan:premium')).to.deep.equal(['m1'])
    expect(await found('user:u1')).to.deep.equal(['m3', 'm1'])
    expect(await found('revenue:>5')).to.deep.equal(['m1'])
    expect(await found('is:unresolved')).to.deep.equal(['m4'])
    expect(await found('violation:"ID value blocked"')).to.deep.equal(['m4'])
    expect(await found('-has:violation')).to.deep.equal(['m3', 'm2', 'm1'])
    expect(await found('source:shop space:main')).to.have.length(4)
    expect(await found('message:m2')).to.deep.equal(['m2'])
    expect(await found('message:m9')).to.deep.equal([])
    const profile = await bench().asking.profile('user_id:u1')
    expect(await found(`profile:${profile!.id}`)).to.deep.equal(['m3', 'm1'])
    expect(await found(`profile:${profile!.id} type:track`)).to.deep.equal(['m1'])
  })

  it('goes on where it ended, in both directions, with what was refused in its place', async () => {
    const { take, refuse } = {
      take: bench().take.bind(bench()),
      refuse: bench().refuse.bind(bench()),
    }
    refuse({ kind: 'discarded', code: 'bad_request', message: { messageId: 'x0' } })
    await take([{ userId: 'u1' }, { userId: 'u1' }])
    refuse({ kind: 'discarded', code: 'bad_request', message: { messageId: 'x1' } })
    refuse({ kind: 'duplicate', message: { messageId: 'x2' } })
    await take([{ userId: 'u1' }])
    refuse({ kind: 'duplicate', message: { messageId: 'x3' } })
    const order = ['x0', 'm1', 'm2', 'x1', 'x2', 'm3', 'x3']
    for (const limit of ['1', '2', '3', '6', '7', '100']) {
      for (const isForward of [true, false]) {
        const seen: string[] = []
        let cursor: string | null = isForward ? '0' : null
        for (let turn = 0; turn < 9; turn += 1) {
          const direction = isForward ? 'after' : 'before'
          const place = cursor === null ? {} : { [direction]: cursor }
          const reply: Reply = await search(bench(), { all: 'true', limit, ...place })
          seen.push(...ids(reply))
          expect(ids(reply).length).to.be.at.most(Number(limit))
          cursor = reply.json.next
          if (cursor === null) break
        }
        expect(seen, `${limit} ${String(isForward)}`).to.deep.equal(
          isForward ? order : order.toReversed(),
        )
      }
    }
  })

  it('has what was refused only for those who ask for it', async () => {
    await bench().take([{ userId: 'u1' }])
    bench().refuse({
      kind: 'discarded',
      code: 'event_not_defined',
      reason: 'a track needs an event',
      message: { type: 'track', userId: 'u1', event: '' },
      source: 'shop',
    })
    await bench().take([{ userId: 'u1', messageId: 'm1' }])
    expect(ids(await search(bench()))).to.deep.equal(['m1'])
    expect(ids(await search(bench(), { filter: 'type:track' }))).to.deep.equal(['m1'])
    const { json } = await search(bench(), { filter: 'is:discarded' })
    const at = String(json.messages[0].refused.at)
    expect(new Date(at).toISOString()).to.equal(at)
    expect(json.messages).to.have.length(1)
    expect(json.messages[0]).to.deep.equal({
      position: '1.1',
      source: 'shop',
      refused: {
        kind: 'discarded',
        code: 'event_not_defined',
        reason: 'a track needs an event',
        at,
      },
      message: { type: 'track', userId: 'u1', event: '' },
    })
    const duplicates = await search(bench(), { filter: 'is:duplicate user:u1' })
    expect(ids(duplicates)).to.deep.equal(['m1'])
    expect((await search(bench(), { filter: 'code:event_*' })).json.messages).to.have.length(1)
    expect((await search(bench(), { all: '1' })).json.messages).to.have.length(3)
  })

  it('pages through many', async () => {
    await bench().take(Array.from({ length: 1234 }, (_, count) => ({ userId: `u${count % 7}` })))
    let cursor = '0'
    const seen: string[] = []
    for (let turn = 0; turn < 10; turn += 1) {
      const reply = await search(bench(), { filter: 'user:u3', after: cursor, limit: '50' })
      seen.push(...ids(reply))
      if (reply.json.next === null) break
      cursor = reply.json.next as string
    }
    expect(seen).to.have.length(176)
    expect(new Set(seen).size).to.equal(176)
    expect(ids(await search(bench(), { limit: '1000' }))).to.have.length(1000)
  })
})

inEachStore('GET /_/messages?wait', (bench) => {
  const wait = (parameters: Record<string, string>) =>
    search(bench(), { wait: '5000', filter: 'event:Paid', ...parameters })

  it('answers with what is there', async () => {
    await bench().take([{ userId: 'u1', event: 'Paid' }])
    expect(ids(await wait({}))).to.deep.equal(['m1'])
  })

  it('answers when a message comes that matches', async () => {
    await bench().take([{ userId: 'u1' }])
    const reply = wait({})
    await waiting(bench())
    await bench().take([{ userId: 'u1' }])
    await waiting(bench())
    await bench().take([{ userId: 'u1', event: 'Paid' }])
    expect(ids(await reply)).to.deep.equal(['m3'])
  })

  it('looks only behind a position', async () => {
    await bench().take([{ userId: 'u1', event: 'Paid' }])
    const { position } = (await bench().get('/_/summary')).json
    const reply = wait({ after: position as string })
    await waiting(bench())
    await bench().take([{ userId: 'u1', event: 'Paid' }])
    expect(ids(await reply)).to.deep.equal(['m2'])
  })

  it('waits for what is refused if it asks for that', async () => {
    const reply = wait({ filter: 'is:discarded' })
    await waiting(bench())
    await bench().take([{ userId: 'u1' }])
    await waiting(bench())
    bench().refuse({ kind: 'discarded', message: { messageId: 'x' } })
    expect(ids(await reply)).to.deep.equal(['x'])
  })

  it('answers without a message when the time is over', async () => {
    const { status, json } = await wait({ wait: '30' })
    expect(status).to.equal(200)
    expect(json).to.deep.equal({ messages: [], next: null })
  })

  it('ends when the collector is closed', async () => {
    const reply = wait({ wait: '60000' })
    await waiting(bench())
    bench().closed.abort()
    expect((await reply).json.messages).to.deep.equal([])
  })
})

/** Until a request waits at the feed. */
async function waiting({ arrivals }: Bench): Promise<void> {
  const deadline = Date.now() + 5000
  while (arrivals.feed.waiting === 0) {
    if (Date.now() > deadline) throw new Error('nothing waits')
    await new Promise((resolve) => setImmediate(resolve))
  }
}

inEachStore('GET /_/messages/latest', (bench) => {
  it('gives the newest that matches, or 404', async () => {
    expect((await bench().get('/_/messages/latest')).status).to.equal(404)
    await bench().take([{ userId: 'u1' }, { userId: 'u2' }])
    const { json } = await bench().get('/_/messages/latest')
    expect(json.message.userId).to.equal('u2')
    const first = await bench().get('/_/messages/latest?filter=user:u1')
    expect(first.json.message.messageId).to.equal('m1')
  })
})

inEachStore('GET /_/messages/{messageId}', (bench) => {
  it('says how it was resolved, and which rows it became', async () => {
    await bench().take([
      { type: 'page', anonymousId: 'a1', name: 'Home' },
      { type: 'page', anonymousId: 'a2', name: 'Home' },
      { type: 'identify', anonymousId: 'a1', userId: 'u1', traits: { plan: 'basic' } },
      { type: 'identify', anonymousId: 'a2', userId: 'u1', traits: { plan: 'premium' } },
    ])
    const { json } = await bench().get('/_/messages/m4')
    const kinds = json.steps.map(({ kind }: { kind: string }) => kind)
    expect(kinds).to.deep.equal(['promoted', 'promoted', 'merged', 'traits', 'resolved'])
    const [user, visitor, merged, traits, resolved] = json.steps
    expect(user).to.deep.equal({ kind: 'promoted', type: 'user_id', value: 'u1' })
    expect(visitor).to.deep.equal({ kind: 'promoted', type: 'anonymous_id', value: 'a2' })
    expect(merged.into).to.equal(resolved.profileId)
    expect(merged.from).to.not.equal(resolved.profileId)
    expect(traits.traits).to.deep.equal({ plan: 'premium' })
    expect(json.profileId).to.equal(resolved.profileId)
    const rows = json.rows.map(({ table, row }: { table: string; row: any }) => [table, row.id])
    expect(rows).to.deep.equal([
      ['identifies', 'm4'],
      ['users', 'u1'],
    ])
    expect(json.rows[1].row.plan).to.equal('premium')
    const third = (await bench().get('/_/messages/m3')).json
    const added = third.steps.filter(({ kind }: { kind: string }) => kind === 'added')
    expect(added.map(({ type, value }: any) => [type, value])).to.deep.equal([['user_id', 'u1']])
  })

  it('says what was left out, and why', async () => {
    await bench().take([
      { anonymousId: 'a1', userId: 'u1' },
      { anonymousId: 'a1', userId: 'u2' },
      { anonymousId: 'anonymous' },
    ])
    const second = (await bench().get('/_/messages/m2')).json
    const first = (await bench().get('/_/messages/m1')).json
    expect(second.violations).to.deep.equal(['Identifier value limit exceeded'])
    expect(second.steps.find(({ kind }: { kind: string }) => kind === 'dropped')).to.deep.equal({
      kind: 'dropped',
      type: 'anonymous_id',
      value: 'a1',
      rule: 'Identifier value limit exceeded',
      limitedType: 'user_id',
      conflictingProfileId: first.profileId,
      reason: 'anonymous_id a1 already belongs to user_id u1, and a person has one user_id',
    })
    const third = (await bench().get('/_/messages/m3')).json
    const kinds = third.steps.map(({ kind }: { kind: string }) => kind)
    expect(kinds).to.deep.equal(['promoted', 'dropped', 'violated', 'resolved'])
    expect(third.steps[2].rule).to.equal('No matching identifiers on event')
  })

  it('finds the rows of an event, also of one that is named like another table', async () => {
    await bench().take([
      { userId: 'u1', event: 'Signed Up', properties: { plan: 'premium' } },
      { userId: 'u1', event: 'Users', properties: { count: 1 } },
      { type: 'group', userId: 'u1', groupId: 'g1', traits: { seats: 5 } },
      { userId: 'u1', event: 'Odd', properties: { user_id: 'x' } },
    ])
    const rowsOf = async (messageId: string) =>
      ((await bench().get(`/_/messages/${messageId}`)).json.rows as any[]).map(
        ({ table, row }) => [table, row.plan ?? row.count ?? row.seats ?? null] as unknown,
      )
    expect(await rowsOf('m1')).to.deep.equal([
      ['tracks', null],
      ['signed_up', 'premium'],
    ])
    expect(await rowsOf('m2')).to.deep.equal([
      ['tracks', null],
      ['event_users', 1],
    ])
    expect(await rowsOf('m3')).to.deep.equal([
      ['groups', 5],
      ['accounts', 5],
    ])
    const { discards } = (await bench().get('/_/messages/m4')).json
    expect(discards).to.have.length(1)
    expect(discards[0]).to.deep.include({ table: 'odd', column: 'user_id', message_id: 'm4' })
  })

  it('takes any messageId, encoded', async () => {
    await bench().take([{ userId: 'u1', messageId: 'a/b?c%d:e f' }])
    const { json } = await bench().get(`/_/messages/${encodeURIComponent('a/b?c%d:e f')}`)
    expect(json.message.messageId).to.equal('a/b?c%d:e f')
  })

  it('is 404 if there is none', async () => {
    const { status, json } = await bench().get('/_/messages/m1')
    expect(status).to.equal(404)
    expect(json.error.code).to.equal('not_found')
  })
})

inEachStore('GET /_/messages.ndjson', (bench) => {
  it('gives all messages as they were kept, a line each, the oldest first', async () => {
    const messages = await bench().take(
      Array.from({ length: 1100 }, (_, count) => ({
        userId: `u${count % 2}`,
        properties: { count },
      })),
    )
    const all = await bench().get('/_/messages.ndjson')
    expect(all.headers['content-type']).to.equal('application/x-ndjson; charset=utf-8')
    expect(all.headers['content-disposition']).to.match(/^attachment; /)
    const lines = all.text.trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line) as unknown)).to.deep.equal(messages)
    const half = await bench().get('/_/messages.ndjson?filter=user:u1')
    expect(half.text.trimEnd().split('\n')).to.have.length(550)
    expect((await bench().get('/_/messages.ndjson?filter=user:u2')).text).to.equal('')
  })
})

describe('DELETE /_/messages', () => {
  const bench = eachWithBench()

  it('clears the collector, and forgets what was refused', async () => {
    bench().refuse({ kind: 'discarded', message: 1 })
    const { status } = await bench().send('DELETE', '/_/messages')
    expect(status).to.equal(200)
    expect(bench().calls).to.deep.equal([['clear']])
    expect(bench().arrivals.refusals.between(undefined, undefined)).to.deep.equal([])
    expect(bench().arrivals.traffic.totals.discarded).to.equal(0)
  })

  it('says why it cannot clear', async () => {
    const other = await Bench.start({ clear: () => Promise.reject(new TypeError('not this one')) })
    const { status, json } = await other.send('DELETE', '/_/messages')
    expect(status).to.equal(409)
    expect(json.error).to.deep.equal({ code: 'cannot_clear', message: 'not this one' })
    await other.close()
  })

  it('lets those who wait find what comes afterwards', async () => {
    await bench().take([{ userId: 'u1' }, { userId: 'u1' }])
    const reply = bench().get('/_/messages?wait=5000&filter=event:Paid')
    await waiting(bench())
    await bench().send('DELETE', '/_/messages')
    await waiting(bench())
    await bench().take([{ userId: 'u1', event: 'Paid' }])
    expect(ids(await reply)).to.have.length(1)
  })

  it('is refused if it might be a form', async () => {
    expect((await bench().send('DELETE', '/_/messages', undefined, {})).status).to.equal(415)
    expect(bench().calls).to.deep.equal([])
    const own = await bench().send('DELETE', '/_/messages', undefined, { 'x-selfsame': '1' })
    expect(own.status).to.equal(200)
  })
})

describe('a question that cannot be read', () => {
  const bench = eachWithBench()
  const wrong: [string, number, string, string][] = [
    ['/_/messages?filter=is:lost', 400, 'invalid_filter', 'is: has no "lost"'],
    [
      '/_/messages?limit=0',
      400,
      'invalid_request_error',
      'limit must be a whole number from 1 to 1000',
    ],
    ['/_/messages?limit=1001', 400, 'invalid_request_error', 'limit must be'],
    ['/_/messages?limit=ten', 400, 'invalid_request_error', 'limit must be'],
    ['/_/messages?wait=60001', 400, 'invalid_request_error', 'wait must be'],
    ['/_/messages?after=x', 400, 'invalid_request_error', 'after must be the position'],
    ['/_/messages?after=1&before=2', 400, 'invalid_request_error', 'only one of them'],
    ['/_/messages?before=2&wait=1', 400, 'invalid_request_error', 'only one of them'],
    ['/_/messages?all=maybe', 400, 'invalid_request_error', 'all must be true or false'],
    [
      '/_/messages?filtre=x',
      400,
      'invalid_request_error',
      'there is no parameter "filtre"; allowed: filter',
    ],
    ['/_/messages/%ff', 400, 'invalid_request_error', 'not percent-encoded UTF-8'],
    ['/_/nothing', 404, 'not_found', 'no such route'],
    ['/_/', 404, 'not_found', 'no such route'],
    ['/_/live/', 404, 'not_found', 'no such route'],
    ['/_/sql', 405, 'method_not_allowed', 'only POST'],
  ]
  for (const [target, status, code, message] of wrong) {
    it(`${target}: ${status} ${code}`, async () => {
      const reply = await bench().get(target)
      expect(reply.status).to.equal(status)
      expect(reply.json.error.code).to.equal(code)
      expect(reply.json.error.message).to.include(message)
    })
  }

  it('names what is allowed instead', async () => {
    const reply = await bench().send('PUT', '/_/messages')
    expect(reply.status).to.equal(405)
    expect(reply.headers.allow).to.equal('GET, DELETE')
  })

  it('gets no CORS headers, if it only asks for them', async () => {
    const reply = await bench().send('OPTIONS', '/_/messages', undefined, {
      origin: 'http://evil.example',
      'access-control-request-method': 'DELETE',
    })
    expect(reply.status).to.equal(403)
    expect(Object.keys(reply.headers).join()).to.not.include('access-control')
  })

  it('is answered without a body to HEAD', async () => {
    const reply = await bench().send('HEAD', '/_/messages', undefined, {})
    expect(reply.status).to.equal(200)
    expect(reply.text).to.equal('')
    expect((await bench().send('HEAD', '/_/live', undefined, {})).status).to.equal(200)
    expect((await bench().send('HEAD', '/_/messages.ndjson', undefined, {})).status).to.equal(200)
  })
})
