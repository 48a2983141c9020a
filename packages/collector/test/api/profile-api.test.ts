// The Profile API: Segment's paths and shapes.
/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-unsafe-assignment,
   @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-return,
   @typescript-eslint/no-unsafe-argument -- the answers are JSON, whose shape is what is tested */
import { expect } from 'chai'
import { inEachStore } from './support.js'

const NOW = Date.UTC(2026, 0, 2, 11)
const profiles = '/v1/spaces/main/collections/users/profiles'

inEachStore(
  'the Profile API',
  (bench) => {
    const get = async (path: string) => (await bench().get(`${profiles}/${path}`)).json

    beforeEach(() =>
      bench().take(
        [
          { type: 'page', anonymousId: 'a1', name: 'Home' },
          {
            type: 'identify',
            anonymousId: 'a1',
            userId: 'u1',
            traits: { plan: 'basic', email: 'jane@example.com', gone: null, age: 42 },
          },
          { userId: 'u1', event: 'Signed Up', properties: { plan: 'premium' } },
          { userId: 'u1', event: 'Paid' },
          { type: 'group', userId: 'u1', groupId: 'g1', traits: { seats: 5 } },
          { userId: 'u1', event: 'Long Ago', timestamp: '2025-12-01T00:00:00.000Z' },
        ],
        { source: 'web' },
      ),
    )

    it('gives the traits, in pieces', async () => {
      const path = `${profiles}/user_id:u1/traits`
      expect(await get('user_id:u1/traits')).to.deep.equal({
        traits: { age: 42, email: 'jane@example.com', plan: 'basic' },
        cursor: { url: path, has_more: false, next: '', limit: 10 },
      })
      const first = await get('user_id:u1/traits?limit=2')
      expect(first).to.deep.equal({
        traits: { age: 42, email: 'jane@example.com' },
        cursor: { url: `${path}?limit=2&next=plan`, has_more: true, next: 'plan', limit: 2 },
      })
      const second = (await bench().get(first.cursor.url)).json
      expect(second.traits).to.deep.equal({ plan: 'basic' })
      expect(second.cursor.has_more).to.equal(false)
    })

    it('gives the traits that are named, with their times', async () => {
      expect((await get('user_id:u1/traits?include=plan,none')).traits).to.deep.equal({
        plan: 'basic',
      })
      expect((await get('user_id:u1/traits?class=audience')).traits).to.deep.equal({})
      const { traits } = await get('user_id:u1/traits?verbose=true&include=plan')
      expect(traits).to.deep.equal({
        plan: { value: 'basic', updated_at: '2026-01-02T10:00:02.000Z' },
      })
    })

    it('finds a person by each of its identifiers, and by its id', async () => {
      const { traits } = await get('user_id:u1/traits')
      for (const name of [
        'anonymous_id:a1',
        'email:jane@example.com',
        'email%3Ajane%40example.com',
      ])
        expect((await get(`${name}/traits`)).traits, name).to.deep.equal(traits)
      const { id } = (await bench().asking.profile('user_id:u1'))!
      expect((await get(`${id}/traits`)).traits).to.deep.equal(traits)
    })

    it('gives the external ids', async () => {
      const { data, cursor } = await get('user_id:u1/external_ids')
      expect(data.map(({ type, id }: any) => `${type}:${id}`)).to.deep.equal([
        'anonymous_id:a1',
        'user_id:u1',
        'email:jane@example.com',
      ])
      expect(data[0]).to.deep.equal({
        source_id: 'web',
        collection: 'users',
        id: 'a1',
        type: 'anonymous_id',
        created_at: '2026-01-02T10:00:01.000Z',
        encoding: 'none',
        first_message_id: 'm1',
      })
      expect(cursor).to.deep.include({ has_more: false, next: '' })
      const some = await get('user_id:u1/external_ids?include=email,user_id&limit=1')
      expect(some.data[0].id).to.equal('u1')
      expect(some.cursor).to.deep.include({ has_more: true, next: 'email:jane@example.com' })
      const rest = (await bench().get(some.cursor.url)).json
      expect(rest.data.map(({ id }: any) => id)).to.deep.equal(['jane@example.com'])
    })

    it('gives the events of the last 14 days, the newest first', async () => {
      const { data, cursor } = await get('user_id:u1/events')
      expect(data.map((event: any) => event.event ?? event.name)).to.deep.equal([
        'Paid',
        'Signed Up',
        'Home',
      ])
      expect(cursor.has_more).to.equal(false)
      const { id } = (await bench().asking.profile('user_id:u1'))!
      expect(data[1]).to.deep.equal({
        external_ids: [{ collection: 'users', type: 'user_id', id: 'u1', encoding: 'none' }],
        context: {},
        type: 'track',
        message_id: 'm3',
        source_id: 'web',
        timestamp: '2026-01-02T10:00:03.000Z',
        properties: { plan: 'premium' },
        event: 'Signed Up',
        related: { users: id },
      })
    })

    it('gives the events that are asked for', async () => {
      const names = async (query: string) =>
        (await get(`user_id:u1/events?${query}`)).data.map(
          (event: any) => event.event ?? event.name,
        )
      expect(await names('sort=asc')).to.deep.equal(['Home', 'Signed Up', 'Paid'])
      expect(await names('include=Signed%20Up,Paid&limit=1')).to.deep.equal(['Paid'])
      expect(await names('exclude=Home,Paid')).to.deep.equal(['Signed Up'])
      expect(await names('start=2026-01-02T10:00:03Z')).to.deep.equal(['Paid', 'Signed Up'])
      expect(await names('end=2026-01-02T10:00:03Z')).to.deep.equal(['Home'])
      expect(await names('start=2025-01-01')).to.not.include('Long Ago')
    })

    it('gives the metadata', async () => {
      expect((await get('user_id:u1/metadata')).metadata).to.deep.equal({
        created_at: '2026-01-02T10:00:01.000Z',
        updated_at: '2026-01-02T10:00:05.000Z',
        expires_at: null,
        first_message_id: 'm1',
        first_source_id: 'web',
        last_message_id: 'm6',
        last_source_id: 'web',
      })
    })

    it('links people and accounts', async () => {
      const { data } = await get('user_id:u1/links')
      expect(data).to.have.length(1)
      expect(data[0].to_collection).to.equal('accounts')
      expect(data[0].external_ids[0]).to.deep.include({ id: 'g1', type: 'group_id' })
      const accounts = '/v1/spaces/main/collections/accounts/profiles/group_id:g1'
      const account = (await bench().get(`${accounts}/links`)).json
      expect(account.data[0].to_collection).to.equal('users')
      expect(account.data[0].external_ids.map(({ id }: any) => id)).to.include('u1')
      expect((await bench().get(`${accounts}/traits`)).json.traits).to.deep.equal({ seats: 5 })
      expect((await bench().get(`${accounts}/external_ids`)).json.data[0].id).to.equal('g1')
      expect((await bench().get(`${accounts}/metadata`)).json.metadata.first_message_id).to.equal(
        'm5',
      )
    })

    it('knows the space by its name, and as default if it is the only one', async () => {
      const at = (space: string) =>
        bench().get(`/v1/spaces/${space}/collections/users/profiles/user_id:u1/metadata`)
      expect((await at('default')).status).to.equal(200)
      expect((await at('none')).status).to.equal(404)
      await bench().take([{ userId: 'u1' }], { space: 'other one' })
      expect((await at('other%20one')).json.metadata.first_message_id).to.equal('m7')
      const { status, json } = await at('default')
      expect(status).to.equal(404)
      expect(json.error.message).to.include('name one of the spaces')
    })

    it('says in the words of the API that there is nobody', async () => {
      const missing = ['user_id:u2/traits', 'use_none/traits', 'email:/traits', 'nothing/traits']
      for (const path of missing) {
        const { status, json } = await bench().get(`${profiles}/${path}`)
        expect(status, path).to.equal(404)
        expect(json).to.deep.equal({
          error: { code: 'not_found', message: 'Profile was not found.' },
        })
      }
    })

    it('refuses what cannot be', async () => {
      const refused: [string, number, string][] = [
        ['user_id:u1/traits?limit=201', 400, 'invalid_request_error'],
        ['user_id:u1/external_ids?limit=101', 400, 'invalid_request_error'],
        ['user_id:u1/links?limit=21', 400, 'invalid_request_error'],
        ['user_id:u1/traits?next=none', 400, 'invalid_request_error'],
        ['user_id:u1/events?sort=up', 400, 'invalid_request_error'],
        ['user_id:u1/events?start=soon', 400, 'invalid_request_error'],
        ['user_id:u1/other', 404, 'not_found'],
      ]
      for (const [path, status, code] of refused) {
        const reply = await bench().get(`${profiles}/${path}`)
        expect([reply.status, reply.json.error.code], path).to.deep.equal([status, code])
      }
      const things = await bench().get('/v1/spaces/main/collections/things/profiles/a:b/traits')
      expect([things.status, things.json.error.code]).to.deep.equal([400, 'validation_error'])
      const users = await bench().get('/v1/spaces/main/collections/accounts/profiles/a:b/traits')
      expect(users.status).to.equal(400)
    })

    it('takes a value with colons, slashes and percent signs', async () => {
      const userId = 'urn:a/b?c#d%20 é'
      await bench().take([{ type: 'identify', userId, traits: { plan: 'odd' } }])
      const { traits } = await get(`user_id:${encodeURIComponent(userId)}/traits`)
      expect(traits).to.deep.equal({ plan: 'odd' })
    })
  },
  { now: () => NOW },
)
