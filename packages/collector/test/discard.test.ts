// Each discard code, and what is on its border.
import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { DISCARD_CODES, type DiscardCode } from '../lib/index.js'
import { eachWithCollector, postBatch } from './client.js'

const id = { userId: 'u1' }
const page = { type: 'page', ...id }
const group = { type: 'group', groupId: 'g1', ...id }
const alias = { type: 'alias', previousId: 'p1', ...id }
const identify = { type: 'identify', ...id }
const track = { type: 'track', event: 'E', ...id }

const REFUSED: [DiscardCode, Record<string, unknown>][] = [
  ['type_not_known', { ...id }],
  ['type_not_known', { type: 'Track', event: 'E', ...id }],
  ['type_not_known', { type: 'constructor', ...id }],
  ['type_not_known', { type: ['track'], event: 'E', ...id }],
  ['no_user_anon_id', { type: 'page' }],
  ['no_user_anon_id', { type: 'page', userId: null, anonymousId: null }],
  ['no_user_anon_id', { type: 'alias', previousId: 'p1' }],
  ['id_not_string', { type: 'page', userId: '' }],
  ['id_not_string', { type: 'page', userId: '', anonymousId: 'a1' }],
  ['id_not_string', { type: 'page', userId: 7 }],
  ['id_not_string', { ...page, anonymousId: {} }],
  ['id_not_string', { ...page, anonymousId: false }],
  ['id_not_string', { ...group, groupId: '' }],
  ['id_not_string', { ...group, groupId: 1 }],
  ['id_not_string', { ...alias, previousId: 1 }],
  ['id_required', { type: 'group', ...id }],
  ['id_required', { type: 'group', groupId: null, ...id }],
  ['id_required', { type: 'alias', ...id }],
  ['id_required', { type: 'alias', previousId: 'p1', anonymousId: 'a1' }],
  ['event_not_defined', { type: 'track', ...id }],
  ['event_not_defined', { ...track, event: null }],
  ['event_not_defined', { ...track, event: '' }],
  ['event_not_string', { ...track, event: 1 }],
  ['properties_not_object', { ...track, properties: [] }],
  ['properties_not_object', { ...page, properties: 'x' }],
  ['traits_not_object', { ...identify, traits: 'x' }],
  ['traits_not_object', { ...group, traits: [] }],
  ['name_not_string', { ...page, name: '' }],
  ['name_not_string', { type: 'screen', ...id, name: 1 }],
  ['category_not_string', { ...page, category: {} }],
  [
    'device_advertisingid_should_be_string',
    { ...track, context: { device: { advertisingId: 1 } } },
  ],
  ['message_id_not_valid', { ...page, messageId: 'x'.repeat(101) }],
  ['message_id_not_valid', { ...page, messageId: 1 }],
  ['message_id_not_valid', { ...page, messageId: 'm\0' }],
  ['message_id_not_valid', { ...page, messageId: 'm\ud800' }],
  ['bad_request', { ...page, context: 'x' }],
  ['bad_request', { ...page, integrations: [] }],
]

const ACCEPTED: [string, Record<string, unknown>][] = [
  ['userId null beside an anonymousId', { type: 'page', userId: null, anonymousId: 'a1' }],
  ['an anonymous identify', { type: 'identify', anonymousId: 'a1' }],
  ['an alias', alias],
  ['a group', group],
  ['a screen without a name', { type: 'screen', ...id }],
  [
    'null where something optional is not given',
    { ...page, name: null, category: null, properties: null, context: null, integrations: null },
  ],
  ['an identify with traits null', { ...identify, traits: null }],
  ['a messageId of 100 characters', { ...page, messageId: 'x'.repeat(100) }],
  ["another call's field, whatever it is", { ...identify, properties: 5, event: 5, name: 5 }],
  ['an app that is a plain string', { ...page, context: { app: 'shop', device: 'phone' } }],
]

describe('a message is refused with the code of what is wrong', () => {
  const collector = eachWithCollector()

  for (const [code, message] of REFUSED) {
    it(`${code}: ${JSON.stringify(message).slice(0, 90)}`, async () => {
      const reply = await postBatch(collector(), [message])
      expect(reply.status).to.equal(200)
      expect(collector().rejected).to.have.length(1)
      expect(collector().rejected[0]).to.include({ code })
      expect(collector().rejected[0]?.reason).to.be.a('string').that.is.not.empty
      expect(collector().rejected[0]?.message).to.deep.equal(message)
      expect(collector().accepted).to.equal(0)
    })
  }

  for (const [what, message] of ACCEPTED) {
    it(`accepts ${what}`, async () => {
      await postBatch(collector(), [message])
      expect(collector().rejected).to.deep.equal([])
      expect(collector().messages[0]).to.deep.include(message)
    })
  }

  it('and every code stands in docs/collector.md', () => {
    const page = readFileSync(new URL('../../../docs/collector.md', import.meta.url), 'utf8')
    for (const code of Object.keys(DISCARD_CODES)) expect(page).to.include(`\`${code}\``)
  })
})

describe('a message that is nested', () => {
  const collector = eachWithCollector()
  const nested = (depth: number): unknown => {
    let value: unknown = 1
    for (let level = 0; level < depth; level++) value = level % 2 === 0 ? { a: value } : [value]
    return value
  }

  it('599 levels deep is taken in, and 601 levels deep is refused', async () => {
    // The message itself is one level, and its traits are the next.
    await postBatch(collector(), [{ ...identify, messageId: 'kept', traits: nested(599) }])
    await postBatch(collector(), [{ ...identify, messageId: 'refused', traits: nested(601) }])
    expect(collector().messages.map(({ messageId }) => messageId)).to.deep.equal(['kept'])
    expect(collector().rejected.map(({ code }) => code)).to.deep.equal(['bad_request'])
    expect(await collector().table('identifies')).to.have.length(1)
  })
})
