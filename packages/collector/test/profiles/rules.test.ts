// Rules: what a file of them may say, and what is said of one that is wrong.
import { expect } from 'chai'
import { nameOf } from '../../lib/messages/snake-case.js'
import { rulesFrom, type RulesOption } from '../../lib/profiles/rules.js'

describe('rules', () => {
  it('are Segment’s limits and priorities by default', () => {
    const { limitOf, compareTypes, maxMerges, maxMappings } = rulesFrom()
    expect(limitOf('user_id')).to.deep.equal({ max: 1, window: 'ever' })
    expect(limitOf('email')).to.deep.equal({ max: 5, window: 'ever' })
    expect(limitOf('phone')).to.deep.equal({ max: 5, window: 'ever' })
    expect([maxMerges, maxMappings]).to.deep.equal([100, 1000])
    expect(
      ['ga_client_id', 'android.id', 'email', 'anonymous_id', 'user_id'].sort(compareTypes),
    ).to.deep.equal(['user_id', 'email', 'android.id', 'anonymous_id', 'ga_client_id'])
  })

  it('limit by type, within a time, and all other types by *', () => {
    const { limitOf } = rulesFrom({
      limits: {
        email: 1,
        anonymous_id: { max: 3, window: 'weekly' },
        phone: { window: 'annually' },
        user_id: { window: 'monthly' },
        '*': { max: 7 },
      },
    })
    expect(limitOf('email')).to.deep.equal({ max: 1, window: 'ever' })
    expect(limitOf('anonymous_id')).to.deep.equal({ max: 3, window: 'weekly' })
    expect(limitOf('phone')).to.deep.equal({ max: 7, window: 'annually' })
    expect(limitOf('user_id')).to.deep.equal({ max: 1, window: 'monthly' })
    expect(limitOf('constructor')).to.deep.equal({ max: 7, window: 'ever' })
  })

  it('leave user_id at one if only the others are limited by *', () => {
    expect(rulesFrom({ limits: { '*': 9 } }).limitOf('user_id').max).to.equal(1)
  })

  it('rank the types that are named above all others', () => {
    const { compareTypes } = rulesFrom({ priorities: ['phone'] })
    expect(['email', 'user_id', 'phone', 'a'].sort(compareTypes)).to.deep.equal([
      'phone',
      'a',
      'email',
      'user_id',
    ])
  })

  describe('block values', () => {
    const blocked = (rules: RulesOption | undefined, ...values: readonly string[]) =>
      values.filter(rulesFrom(rules).isBlocked)

    const segment = [
      '',
      '0',
      '000-0',
      '-1',
      'null',
      'anonymous',
      '00000000-0000-0000-0000-000000000000',
    ]
    const more = [
      'undefined',
      'none',
      'NaN',
      'true',
      'false',
      'guest',
      'id',
      'email',
      'distinct_id',
      'not_authenticated',
      '[object Object]',
      ' ',
      '""',
    ]
    const good = ['u1', '10', '-2', 'nullable', 'anonymous-7', 'guest@example.com', "'", 'no ne']

    it('that are Segment’s and those that melted graphs, in any case, with quotes or space around', () => {
      const all = [...segment, ...more]
      expect(blocked('default', ...all)).to.deep.equal(all)
      expect(
        blocked(undefined, ' NULL ', '"null"', "'Null'", '`none`', '" guest "'),
      ).to.have.length(5)
      expect(blocked('default', ...good)).to.deep.equal(["'"])
    })

    it('that stores cannot tell apart, whatever the rules', () => {
      const odd = ['a\0b', 'a\ud800', '\udc00']
      for (const rules of ['default', 'segment', { blocked: { replace: [] } }] as const) {
        expect(blocked(rules, ...odd, 'a\ufffdb', '😀')).to.deep.equal(odd)
      }
    })

    it('that are Segment’s alone', () => {
      expect(blocked('segment', ...segment)).to.deep.equal(segment)
      expect(blocked('segment', ...more)).to.deep.equal([' ', '""'])
      expect(blocked({ preset: 'segment' }, 'guest', 'null')).to.deep.equal(['null'])
    })

    it('that are named, besides those of the preset', () => {
      const rules = { blocked: ['abc123', { pattern: '^QA-' }] }
      expect(
        blocked(rules, 'abc123', 'ABC123', 'abc123def', 'qa-1', 'QA-2', 'x-QA-1', 'guest'),
      ).to.deep.equal(['abc123', 'ABC123', 'qa-1', 'QA-2', 'guest'])
    })

    it('that are named, instead of those of the preset', () => {
      const rules = { blocked: { replace: ['abc123'] } }
      expect(blocked(rules, 'abc123', 'guest', 'null', '0', ' ')).to.deep.equal(['abc123', ' '])
    })
  })

  it('read custom identifiers in whichever spelling', () => {
    expect([...rulesFrom({ identifiers: ['customerId', 'app_id'] }).custom]).to.deep.equal([
      'customer_id',
      'app_id',
    ])
    expect(['appId', 'app_id', 'App ID', 'APP_ID'].map(nameOf)).to.deep.equal([
      'app_id',
      'app_id',
      'app_id',
      'app_id',
    ])
  })

  const WRONG: readonly [unknown, string][] = [
    ['strict', "rules must be 'default', 'segment' or an object, not a string"],
    [null, "rules must be 'default', 'segment' or an object, not null"],
    [[], "rules must be 'default', 'segment' or an object, not an array"],
    [
      { limit: {} },
      'rules: there is no limit; there are preset, limits, priorities, identifiers, blocked',
    ],
    [
      JSON.parse('{"__proto__":{}}'),
      'rules: there is no __proto__; there are preset, limits, priorities, identifiers, blocked',
    ],
    [{ preset: 'strict' }, "rules.preset must be 'default' or 'segment', not a string"],
    [{ limits: 5 }, 'rules.limits must be an object, not a number'],
    [
      { limits: { email: 0 } },
      'rules.limits.email must be a whole number from 1 to 1,000, not a number',
    ],
    [
      { limits: { email: '5' } },
      'rules.limits.email must be a whole number from 1 to 1,000, not a string',
    ],
    [
      { limits: { email: { max: 1.5 } } },
      'rules.limits.email.max must be a whole number from 1 to 1,000, not a number',
    ],
    [
      { limits: { email: { max: 5, window: 'daily' } } },
      'rules.limits.email.window must be ever, weekly, monthly, annually, not a string',
    ],
    [
      { limits: { email: { count: 5 } } },
      'rules.limits.email: there is no count; there are max, window',
    ],
    [
      { priorities: 'email' },
      'rules.priorities must be an array of non-empty strings, not a string',
    ],
    [
      { identifiers: [''] },
      'rules.identifiers must be an array of non-empty strings, not an array',
    ],
    [{ blocked: 'x' }, 'rules.blocked must be an array or { replace: array }, not a string'],
    [
      { blocked: { add: [] } },
      'rules.blocked must be an array or { replace: array }, not an object',
    ],
    [{ blocked: { replace: [], add: [] } }, 'rules.blocked: there is no add; there are replace'],
    [{ blocked: [1] }, 'rules.blocked[0] must be a string or { pattern: string }, not a number'],
    [
      { blocked: { replace: ['x', { pattern: '(' }] } },
      'rules.blocked.replace[1].pattern is no regular expression',
    ],
  ]

  for (const [option, message] of WRONG) {
    it(`are refused: ${message}`, () => {
      expect(() => rulesFrom(option as RulesOption))
        .to.throw(TypeError)
        .with.property('message', message)
    })
  }
})
