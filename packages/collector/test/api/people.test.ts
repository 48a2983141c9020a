// The routes of people: search, one person, split, erase, explain.
/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-unsafe-assignment,
   @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-return -- the answers are JSON, whose shape is what is tested */
import { expect } from 'chai'
import { eachWithBench, inEachStore } from './support.js'

inEachStore('GET /_/profiles', (bench) => {
  const names = ({ json }: { json: any }) =>
    json.profiles.map(({ identifiers }: any) => identifiers[0].value)

  it('searches people, the newest first, and goes on', async () => {
    await bench().take([
      { userId: 'jane' },
      { userId: 'joe' },
      { userId: 'janet' },
      { userId: 'jo' },
    ])
    expect(names(await bench().get('/_/profiles'))).to.deep.equal(['jo', 'janet', 'joe', 'jane'])
    expect(names(await bench().get('/_/profiles?search=jan'))).to.deep.equal(['janet', 'jane'])
    expect(names(await bench().get('/_/profiles?search=x'))).to.deep.equal([])
    const first = await bench().get('/_/profiles?limit=3')
    expect(names(first)).to.deep.equal(['jo', 'janet', 'joe'])
    const second = await bench().get(`/_/profiles?limit=3&before=${first.json.next}`)
    expect(names(second)).to.deep.equal(['jane'])
    expect(second.json.next).to.equal(null)
  })

  it('searches one space', async () => {
    await bench().take([{ userId: 'jane' }])
    await bench().take([{ userId: 'joe' }], { space: 'other' })
    expect(names(await bench().get('/_/profiles?space=other'))).to.deep.equal(['joe'])
    expect((await bench().get('/_/profiles?space=none')).status).to.equal(404)
  })
})

inEachStore('GET /_/profiles/{profile}', (bench) => {
  it('gives a person with everything that is known', async () => {
    await bench().take([
      { type: 'page', anonymousId: 'a1' },
      { type: 'identify', anonymousId: 'a1', userId: 'u1', traits: { plan: 'basic', old: 1 } },
      { type: 'identify', userId: 'u1', traits: { old: null } },
    ])
    const { status, json } = await bench().get('/_/profiles/user_id:u1')
    expect(status).to.equal(200)
    expect(json.id).to.match(/^use_/)
    expect(json.space).to.equal('main')
    expect(json.traits).to.deep.equal({ plan: 'basic' })
    expect(json.traitTimes).to.deep.include({ old: '2026-01-02T10:00:03.000Z' })
    expect(json.identifiers).to.deep.equal([
      {
        type: 'anonymous_id',
        value: 'a1',
        createdAt: '2026-01-02T10:00:01.000Z',
        source: 'shop',
        firstMessageId: 'm1',
      },
      {
        type: 'user_id',
        value: 'u1',
        createdAt: '2026-01-02T10:00:02.000Z',
        source: 'shop',
        firstMessageId: 'm2',
      },
    ])
    expect(json.messages.map(({ message }: any) => message.messageId)).to.deep.equal([
      'm3',
      'm2',
      'm1',
    ])
    expect(json.history.external_id_mapping_updates).to.have.length(2)
    expect(json.moments.map(({ what, messageId }: any) => [what, messageId])).to.deep.equal([
      ['created', 'm1'],
      ['added', 'm2'],
    ])
    expect((await bench().get(`/_/profiles/${json.id}`)).json).to.deep.equal(json)
    expect((await bench().get('/_/profiles/user_id:u2')).status).to.equal(404)
  })

  it('follows merges', async () => {
    await bench().take([{ anonymousId: 'a1' }, { anonymousId: 'a2' }])
    const second = (await bench().asking.profile('anonymous_id:a2'))!
    await bench().take([
      { anonymousId: 'a1', userId: 'u1' },
      { anonymousId: 'a2', userId: 'u1' },
    ])
    const { json } = await bench().get(`/_/profiles/${second.id}`)
    expect(json.merged).to.deep.equal([second.id])
    expect(json.messages).to.have.length(4)
    const merges = json.history.id_graph_updates.filter((row: any) => row.segment_id === second.id)
    expect(merges.length).to.be.at.least(2)
  })
})

describe('what is done to people', () => {
  const bench = eachWithBench({
    people: {
      split: (space, id, identifiers) => {
        if (identifiers.length > 1) return Promise.reject(new TypeError('it has no others'))
        return Promise.resolve({ profileId: `${space} ${id} ${identifiers[0]!.value}` })
      },
    },
  })
  const identifiers = [{ type: 'user_id', value: 'u1' }]
  const kinds = () =>
    bench()
      .arrivals.feed.after(1, 9)!
      .map(({ kind }) => kind)
  beforeEach(() => bench().take([{ userId: 'u1' }]))

  it('splits', async () => {
    const { id } = (await bench().asking.profile('user_id:u1'))!
    const reply = await bench().send('POST', '/_/profiles/user_id:u1/split', { identifiers })
    expect(reply.json).to.deep.equal({ profileId: `main ${id} u1` })
    expect(kinds()).to.deep.equal(['people'])
  })

  it('says why it cannot split', async () => {
    const both = [...identifiers, { type: 'email', value: 'x' }]
    const reply = await bench().send('POST', '/_/profiles/user_id:u1/split', { identifiers: both })
    expect(reply.status).to.equal(409)
    expect(reply.json.error).to.deep.equal({ code: 'cannot_split', message: 'it has no others' })
    expect(kinds()).to.deep.equal([])
  })

  it('refuses to split by what is no list of identifiers', async () => {
    const wrong = [
      undefined,
      [],
      {},
      { identifiers: [] },
      { identifiers: [{ type: 'a' }] },
      { identifiers: 'u1' },
    ]
    for (const body of wrong) {
      const reply = await bench().send('POST', '/_/profiles/user_id:u1/split', body)
      expect(reply.status, JSON.stringify(body)).to.equal(400)
    }
    const nobody = await bench().send('POST', '/_/profiles/user_id:u2/split', { identifiers })
    expect(nobody.status).to.equal(404)
  })

  it('erases', async () => {
    const { id } = (await bench().asking.profile('user_id:u1'))!
    const reply = await bench().send('POST', '/_/profiles/user_id:u1/erase')
    expect(reply.json).to.deep.equal({ messages: 1, rows: 2 })
    expect(bench().calls).to.deep.equal([['erase', 'main', id]])
    expect(kinds()).to.deep.equal(['people'])
  })

  it('forgets what was refused, and what live readers could resume, of a person who is erased', async () => {
    const { feed } = bench().arrivals
    const start = feed.last
    await bench().take([
      { messageId: 's1', userId: 'u1', anonymousId: 'secret', properties: { note: 'secret note' } },
      { messageId: 's1', userId: 'u1', properties: { note: 'secret duplicate' } },
      { messageId: 'o1', userId: 'other', properties: { note: 'own' } },
    ])
    const message = { type: 'track', anonymousId: 'secret' }
    bench().refuse({ kind: 'discarded', code: 'event_not_defined', reason: '', message })
    bench().refuse({ kind: 'discarded', code: 'bad_request', reason: '', message: undefined })
    // Here nothing is erased from the store: only what was gathered beside it is looked at.
    await bench().send('POST', '/_/profiles/user_id:u1/erase')
    const { json } = await bench().get('/_/messages?filter=is:duplicate OR is:discarded')
    expect(json.messages.map(({ refused }: any) => refused.code)).to.deep.equal(['bad_request'])
    const resumed = feed.after(start, 100)!
    expect(JSON.stringify(resumed)).not.to.include('secret')
    expect(JSON.stringify(resumed)).to.include('own')
    expect(resumed).to.have.length(feed.last - start)
  })

  it('explains', async () => {
    const { json } = await bench().get('/_/explain?a=user_id:u1&b=anonymous_id:a:1')
    expect(json).to.deep.equal({ isOne: true })
    expect(bench().calls).to.deep.equal([
      ['explain', 'main', identifiers[0], { type: 'anonymous_id', value: 'a:1' }],
    ])
    expect((await bench().get('/_/explain?a=user_id:u1')).status).to.equal(400)
    expect((await bench().get('/_/explain?a=user_id:u1&b=x')).status).to.equal(400)
  })
})
