// The filter language: what each term matches, and what is said of a filter that cannot be read.
import { expect } from 'chai'
import { type Candidate, FilterError, parseFilter } from '../../../lib/spec/filter/filter.js'

const signUp = {
  type: 'track',
  messageId: 'm1',
  userId: 'u1',
  anonymousId: 'a1',
  event: 'Signed Up',
  timestamp: '2026-01-02T10:00:00.000Z',
  receivedAt: '2026-01-02T10:00:01.000Z',
  properties: {
    plan: 'premium',
    revenue: 120.5,
    trial: true,
    coupon: null,
    note: '',
    price: '99',
    until: '2026-03-01T00:00:00Z',
    'plan name': 'Gold (new)',
    products: [
      { sku: 's1', tags: ['new'] },
      { sku: 's2', tags: ['sale'] },
    ],
    address: { city: 'Berlin' },
  },
  context: {
    page: { url: 'https://example.com/pricing?x=1' },
    traits: { email: 'Jane@example.com' },
  },
}
const candidate: Candidate = {
  message: signUp,
  source: 'shop',
  space: 'main',
  profileId: 'use_1',
  violations: ['ID value blocked'],
}

function matches(filter: string, changes: Partial<Candidate> = {}): boolean {
  return parseFilter(filter).matches({ ...candidate, ...changes })
}

const matching = `
type:track
type:tr*
user:u1
userId:u1
anonymous:a1
message:m1
email:Jane@example.com
event:"Signed Up"
event:Signed*
event:"Signed *"
event:Signed\\ Up
event:*
source:shop
space:main
profile:use_1
violation:"ID value blocked"
violation:*
plan:premium
plan:"premium"
properties.plan:premium
-traits.plan:premium
-plan:free
-(plan:free OR plan:basic)
plan:free OR plan:premium
plan:free OR plan:premium user:u1
(plan:free OR plan:premium) user:u1
plan:premium AND user:u1
trial:true
coupon:null
note:""
revenue:120.5
revenue:>100
revenue:>=120.5
revenue:<=120.5
-revenue:<120.5
price:>98
price:99
-plan:>0
until:>2026-02-28
until:<=2026-03-01T01:00+01:00
timestamp:2026
timestamp:2026-01
timestamp:2026-01-02
timestamp:2026-01-02T10:00
timestamp:2026-01-02*
-timestamp:2026-01-03
timestamp:>2026-01-02
timestamp:>=2026-01-02T10:00:00Z
-timestamp:>2026-01-02T10:00:00Z
timestamp:<2026-01-03
receivedAt:>2026-01-02T10:00:00.999
"plan name":"Gold (new)"
properties."plan name":Gold*
"plan name":*\\(new\\)
products.sku:s2
properties.products.tags:sale
products.0.sku:s1
-products.1.sku:s1
address.city:Berlin
context.page.url:https://example.com/pricing?x=1
context.page.url:*pricing*
has:plan
has:user
has:email
has:properties."plan name"
has:note
-has:coupon
-has:group
-has:address.street
has:violation
-has:code
is:identified
-is:anonymous
-is:discarded
-is:unresolved
-is:duplicate
signed
SIGNED
"signed up"
premium berlin
https*pricing
120.5
jane@example
u1
-track
-selfsame
`
  .trim()
  .split('\n')

describe('a filter', () => {
  for (const filter of matching) {
    it(`${filter} matches`, () => {
      expect(matches(filter)).to.equal(true)
    })
    it(`-(${filter}) does not match`, () => {
      expect(matches(`-(${filter})`)).to.equal(false)
    })
  }

  it('without a term matches everything', () => {
    expect(matches('')).to.equal(true)
    expect(matches('  \n')).to.equal(true)
    expect(matches('', { message: 'no object' })).to.equal(true)
  })

  it('compares values by their case, so that a misspelt event is no match', () => {
    expect(matches('event:"signed up"')).to.equal(false)
    expect(matches('user:U1')).to.equal(false)
  })

  it('compares the whole value, unless there is a wildcard', () => {
    expect(matches('event:Signed')).to.equal(false)
    expect(matches('event:igned*')).to.equal(false)
    expect(matches('plan:prem*premium')).to.equal(false)
    expect(matches('plan:\\*')).to.equal(false)
    expect(matches('plan:*\\*')).to.equal(false)
  })

  it('finds what was discarded, and why', () => {
    const refused = { message: { type: 'track' }, isDiscarded: true, code: 'event_not_defined' }
    expect(parseFilter('is:discarded').matches(refused)).to.equal(true)
    expect(parseFilter('code:event_*').matches(refused)).to.equal(true)
    expect(parseFilter('is:unresolved').matches(refused)).to.equal(false)
    expect(parseFilter('premium').matches({ message: 'premium', isDiscarded: true })).to.equal(true)
    expect(parseFilter('user:u1').matches({ message: null, isDiscarded: true })).to.equal(false)
  })

  it('tells the unresolved from those of which it is not known', () => {
    expect(matches('is:unresolved', { profileId: null })).to.equal(true)
    expect(matches('is:unresolved', { profileId: undefined })).to.equal(false)
    expect(matches('profile:*', { profileId: null })).to.equal(false)
  })

  it('calls a message anonymous if it has an anonymousId alone', () => {
    const visitor = { message: { type: 'page', userId: null, anonymousId: 'a1' } }
    expect(parseFilter('is:anonymous -is:identified').matches(visitor)).to.equal(true)
    expect(parseFilter('is:anonymous').matches({ message: {} })).to.equal(false)
    expect(parseFilter('is:duplicate').matches({ ...visitor, isDuplicate: true })).to.equal(true)
  })

  it('reads OR and AND as words if they are in quotes or in lower case', () => {
    const message = { properties: { a: 'salt or sand', b: 'OR' } }
    expect(parseFilter('"OR"').matches({ message })).to.equal(true)
    expect(parseFilter('salt or sand').matches({ message })).to.equal(true)
    expect(parseFilter('b:OR').matches({ message })).to.equal(true)
  })

  it('finds a key that Object.prototype has only in the message itself', () => {
    const message = { properties: JSON.parse('{"__proto__": "x", "constructor": 1}') as unknown }
    expect(parseFilter('__proto__:x').matches({ message })).to.equal(true)
    expect(parseFilter('constructor:1').matches({ message })).to.equal(true)
    expect(parseFilter('has:toString').matches({ message })).to.equal(false)
    expect(parseFilter('has:constructor').matches({ message: {} })).to.equal(false)
  })

  it('looks at a message that holds itself, and at one that is nested deeply', () => {
    const round: Record<string, unknown> = { type: 'track' }
    round.properties = { round }
    expect(parseFilter('nothing').matches({ message: round })).to.equal(false)
    let deep: unknown = 'treasure'
    for (let depth = 0; depth < 50_000; depth += 1) deep = [deep]
    expect(parseFilter('treasure').matches({ message: { properties: deep } })).to.equal(true)
  })

  it('names the messageId and the profile that every match has', () => {
    expect(parseFilter('message:m1 type:track').messageId).to.equal('m1')
    expect(parseFilter('profile:use_1').profileId).to.equal('use_1')
    for (const filter of [
      'message:m*',
      '-message:m1',
      'message:m1 OR type:track',
      'properties.message:m1',
    ])
      expect(parseFilter(filter).messageId, filter).to.equal(undefined)
  })
})

describe('a filter that cannot be read', () => {
  const wrong: [string, number, string][] = [
    ['is:lost', 3, 'is: has no "lost"; allowed: discarded, duplicate, unresolved'],
    ['type:trak', 5, 'there is no type "trak"; allowed: identify, track'],
    ['plan:', 5, 'no value after plan:; allowed: a value'],
    ['plan: premium', 5, 'no value after plan:'],
    ['revenue:>', 9, 'no value after >; allowed: a number or a date'],
    ['revenue:>many', 9, '"many" cannot be compared with; allowed: a number'],
    ['revenue:>1e999', 9, 'cannot be compared with'],
    ['revenue:>1*', 9, '"1*" cannot be compared with'],
    ['timestamp:>5', 11, '"5" cannot be compared with; allowed: a date'],
    ['timestamp:yesterday', 10, '"yesterday" is no date; allowed: a date such as'],
    ['timestamp:2026-02-30', 10, 'is no date'],
    ['timestamp:2026-01-02T10', 10, 'is no date'],
    ['event:"Signed', 6, 'a quote that does not end; allowed: a closing "'],
    ['event:Signed"Up"', 12, 'touches other text'],
    ['"Signed"Up', 8, 'touches other text'],
    ['(type:track', 0, 'a ( that does not end; allowed: a )'],
    ['type:track)', 10, 'a ) without its (; allowed:'],
    ['()', 1, 'no term where a term should stand'],
    ['OR plan:x', 0, 'no term where'],
    ['plan:x OR', 9, 'the filter ends where a term should stand; allowed: text, key:value'],
    ['plan:x OR AND y', 10, 'no term where'],
    ['--x', 1, 'no term where'],
    ['- x', 1, 'no term where'],
    [':x', 0, 'a key without a name; allowed: type, event'],
    ['a..b:x', 2, 'a key without a name'],
    ['p*:x', 0, 'a * in a key'],
    ['"plan".name', 11, 'a key without a colon'],
    ['""', 0, 'an empty text'],
    ['has:', 4, 'no value after has:'],
    ['has:plan:x', 8, 'a value after has:; allowed: the key alone'],
    ['plan\\', 5, 'a backslash at the end'],
    ['https://example.com', 6, 'an address; allowed: the address in quotes'],
    [`${'('.repeat(33)}x${')'.repeat(33)}`, 32, 'nested too deeply; allowed: at most 32 levels'],
    ['x'.repeat(2001), 2000, 'the filter has 2001 characters; allowed: at most 2000'],
  ]
  for (const [filter, position, problem] of wrong) {
    it(`${filter.slice(0, 40)}: ${problem}`, () => {
      try {
        parseFilter(filter)
      } catch (error) {
        expect(error).to.be.an.instanceOf(FilterError)
        const { message, position: place, allowed } = error as FilterError
        expect(message).to.include(problem)
        expect(message).to.match(/^filter, character \d+: .+; allowed: .+/)
        expect(message.endsWith(allowed)).to.equal(true)
        expect(place).to.equal(position)
        return
      }
      expect.fail('it was read')
    })
  }
})
