// Which identifiers a message brings, from where.
import { expect } from 'chai'
import type { JsonObject } from '../../lib/messages/message.js'
import { accountIdOf, promote } from '../../lib/profiles/promote.js'
import { rulesFrom, type RulesOption } from '../../lib/profiles/rules.js'
import { incoming } from './people.js'

function from(fields: JsonObject, rules?: RulesOption): string[] {
  const [one] = incoming({ type: 'track', event: 'E', ...fields })
  if (one === undefined) throw new Error('one message')
  return promote(one.message, rulesFrom(rules)).identifiers.map(
    ({ type, value }) => `${type}:${value}`,
  )
}

describe('promote', () => {
  it('finds all default identifiers, the highest-ranked first', () => {
    const device = (type: string) => ({
      type,
      id: 'd',
      advertisingId: 'ad',
      adTrackingEnabled: true,
      token: 't',
    })
    const fields = {
      userId: 'u',
      anonymousId: 'a',
      traits: { email: 'e' },
      context: { integrations: { 'Google Analytics': { clientId: 'ga' } }, device: device('ios') },
    }
    expect(from(fields)).to.deep.equal([
      'user_id:u',
      'email:e',
      'anonymous_id:a',
      'ga_client_id:ga',
      'ios.id:d',
      'ios.idfa:ad',
      'ios.push_token:t',
    ])
    expect(from({ anonymousId: 'a', context: { device: device('android') } })).to.deep.equal([
      'android.id:d',
      'android.idfa:ad',
      'android.push_token:t',
      'anonymous_id:a',
    ])
  })

  it('finds an address in traits, in the traits of the context and in properties', () => {
    expect(
      from({
        traits: { email: 'e1' },
        context: { traits: { email: 'e2' } },
        properties: { email: 'e3' },
      }),
    ).to.deep.equal(['email:e1', 'email:e2', 'email:e3'])
  })

  for (const type of ['identify', 'track', 'page', 'screen', 'group']) {
    it(`reads the ids of ${type}`, () => {
      expect(from({ type, userId: 'u', anonymousId: 'a' })).to.deep.equal([
        'user_id:u',
        'anonymous_id:a',
      ])
    })
  }

  it('reads nothing of an alias, and no traits of a group', () => {
    expect(from({ type: 'alias', userId: 'u', anonymousId: 'a', previousId: 'p' })).to.deep.equal(
      [],
    )
    const traits = { email: 'e', app_id: 'x' }
    expect(
      from({ type: 'group', userId: 'u', groupId: 'g', traits }, { identifiers: ['app_id'] }),
    ).to.deep.equal(['user_id:u'])
  })

  it('takes texts and numbers alone', () => {
    for (const value of [null, true, {}, [], ['e'], '']) {
      expect(from({ traits: { email: value } })).to.deep.equal([])
    }
    expect(from({ traits: { email: 42 } })).to.deep.equal(['email:42'])
  })

  it('finds nobody in what is left of somebody who was erased', () => {
    const left = '[erased]'
    expect(from({ userId: left, anonymousId: 'a', traits: { email: left } })).to.deep.equal([
      'anonymous_id:a',
    ])
  })

  it('is not led astray by what is no object', () => {
    for (const value of [null, 'x', 7, [], [{ email: 'e' }]]) {
      expect(from({ userId: 'u', traits: value, properties: value, context: value })).to.deep.equal(
        ['user_id:u'],
      )
      const context = { traits: value, device: value, integrations: value, externalIds: value }
      expect(from({ userId: 'u', context })).to.deep.equal(['user_id:u'])
    }
  })

  it('reads external ids of users with all four fields, the type in lower case', () => {
    const whole = { id: '1', type: 'Phone', collection: 'users', encoding: 'none' }
    const wrong = [
      { ...whole, encoding: 'md5' },
      { ...whole, collection: 'accounts' },
      { ...whole, type: '' },
      { ...whole, type: 'a\u0000b' },
      { ...whole, type: 'a\ud800b' },
      { ...whole, id: null },
      { ...whole, type: 7 },
    ]
    expect(from({ context: { externalIds: [...wrong, whole] } })).to.deep.equal(['phone:1'])
  })

  it('reads what rules name from traits, context and properties, in both spellings', () => {
    const rules = { identifiers: ['customer_id', 'phone'] }
    expect(
      from(
        {
          traits: { customerId: 'c1', phone: 'p1' },
          context: { traits: { customer_id: 'c2' } },
          properties: { customerId: 'c3', other: 'x', ['__proto__']: 'y' },
        },
        rules,
      ),
    ).to.deep.equal(['customer_id:c1', 'customer_id:c2', 'customer_id:c3', 'phone:p1'])
  })

  it('says which values it left out', () => {
    const [one] = incoming({ userId: 'null', anonymousId: 'a', traits: { email: 'none' } })
    expect(one && promote(one.message, rulesFrom())).to.deep.equal({
      identifiers: [{ type: 'anonymous_id', value: 'a' }],
      blocked: [
        { type: 'user_id', value: 'null' },
        { type: 'email', value: 'none' },
      ],
    })
  })
})

describe('accountIdOf', () => {
  it('is the groupId of a group call', () => {
    const idOf = (fields: JsonObject) => {
      const [one] = incoming(fields)
      return one && accountIdOf(one.message)
    }
    expect(idOf({ type: 'group', groupId: 'g' })).to.equal('g')
    expect(idOf({ type: 'track', groupId: 'g' })).to.equal(undefined)
    expect(idOf({ type: 'group', groupId: '' })).to.equal(undefined)
    expect(idOf({ type: 'group' })).to.equal(undefined)
    for (const groupId of ['[erased]', 'g\0', 'g\ud800']) {
      expect(idOf({ type: 'group', groupId })).to.equal(undefined)
    }
  })
})
