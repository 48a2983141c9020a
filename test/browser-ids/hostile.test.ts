// Nothing that a client can put into a cookie throws, gets an id past the rules, or takes more than linear time.
import { expect } from 'chai'
import fc from 'fast-check'
import { ensureAnonymousId, readIdentity, type SdkName } from '../../lib/browser-ids/index.js'
import { readersByName } from '../../lib/browser-ids/readers/index.js'
import { nodeRequest, nodeResponse } from './responses.js'
import { FORMATS, jsonCookie, rudderLegacy, rudderV3 } from './sdk-encoders.js'

const ALL = [...readersByName.keys()] as SdkName[]

// Plain comparisons: a million of chai's would cost more than what they look at.
function checkRules(header: string): void {
  for (const sdk of ALL) {
    const identity = readIdentity(header, { sdks: [sdk] })
    const { source, optOut, ambiguous, duplicates = {}, ...ids } = identity
    const all = [...Object.values(ids), ...Object.values(duplicates).flat()]
    const wellFormed =
      (source === undefined ? all.length === 0 && optOut === undefined : source === sdk) &&
      (ambiguous === undefined) === (ids.distinctId === undefined) &&
      (optOut === undefined || all.length === 0)
    if (!wellFormed || !all.every(keepsRules)) expect.fail(JSON.stringify({ header, identity }))
  }
}

function keepsRules(id: unknown): boolean {
  return typeof id === 'string' && id !== '' && id.length <= 255 && !/\p{Cc}/u.test(id)
}

const NAMES = [
  'ajs_anonymous_id',
  'ajs_user_id',
  'ajs_group_id',
  'ajs_user',
  '_sio',
  'htjs_anonymous_id',
  'htev_user_id',
  'rl_anonymous_id',
  'rl_user_id',
  'ph_a_posthog',
  '__ph_opt_in_out_a',
  'AMP_a1b2c3d4e5',
  'amp_a1b2c3',
  'mp_a_mixpanel',
  '__eventn_id',
  '_sp_id.8e5d',
  '_ga',
  '__proto__',
  'constructor',
  '',
] as const

const PARTS = [
  '%22',
  '"',
  '%',
  '%FF',
  '%00',
  '%7B',
  '{',
  '}',
  ':',
  ',',
  '.',
  '=',
  ';',
  ' ',
  '\t',
  '\u00e0',
  'null',
  'undefined',
  'RS_ENC_v3_',
  'RudderEncrypt:',
  'HtEvEncrypt:',
  'U2FsdGVkX1',
  '----',
  'GA1.2.',
  '1e999',
  '%22__proto__%22',
  '%22distinct_id%22',
  '%22$device_id%22',
  '%ED%A0%80',
  '\\ud800',
  'JTdC',
  '[',
]

describe('hostile cookies', () => {
  const value = fc.oneof(
    fc.string({ maxLength: 30 }),
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.array(fc.constantFrom(...PARTS), { maxLength: 8 }).map((parts) => parts.join('')),
    fc.json({ maxDepth: 2 }).map(encodeURIComponent),
    fc
      .json({ maxDepth: 2 })
      .map((json) => Buffer.from(encodeURIComponent(json)).toString('base64')),
    fc.json({ maxDepth: 1 }).map((json) => `RS_ENC_v3_${Buffer.from(json).toString('base64')}`),
  )
  const header = fc
    .array(fc.tuple(fc.constantFrom(...NAMES), value), { maxLength: 4 })
    .map((cookies) => cookies.map(([name, text]) => `${name}=${text}`).join('; '))

  it('of any form do no harm (50,000)', function () {
    this.timeout(60_000)
    fc.assert(fc.property(header, checkRules), { numRuns: 50_000 })
  })

  it('of real forms, mutated, do no harm (50,000)', function () {
    this.timeout(60_000)
    const real = FORMATS.map((format) => format.header({ anonymousId: 'ABC 123é', userId: 'u-42' }))
    const mutated = fc
      .tuple(fc.constantFrom(...real), fc.nat(), fc.nat(12), fc.constantFrom('', ...PARTS))
      .map(([text, at, length, part]) => {
        const start = at % text.length
        return text.slice(0, start) + part + text.slice(start + length)
      })
    fc.assert(fc.property(mutated, checkRules), { numRuns: 50_000 })
  })

  it('never cost the good ones', () => {
    fc.assert(
      fc.property(value, (bad) => {
        const clean = bad.replaceAll(';', '')
        const identity = readIdentity(
          `ajs_user_id=${clean}; x=${clean}; ajs_anonymous_id=good; ajs_user=${clean}`,
        )
        expect(identity.anonymousId).to.equal('good')
      }),
      { numRuns: 5_000 },
    )
  })

  it('do no harm to what is written either', () => {
    fc.assert(
      fc.property(header, fc.string(), (cookie, host) => {
        const { response } = nodeResponse()
        expect(ensureAnonymousId(nodeRequest({ cookie, host }), response)).to.be.a('string')
      }),
      { numRuns: 2_000 },
    )
  })

  it('touch no prototype', () => {
    const evil =
      '{"__proto__":{"distinct_id":"x","deviceId":"x","$device_id":"x"},"constructor":{"prototype":{"polluted":1}}}'
    const text = encodeURIComponent(evil)
    const cookies = NAMES.map((name) => `${name}=${text}`).join('; ')
    const base64 = Buffer.from(text).toString('base64')
    checkRules(`${cookies}; __proto__=a; AMP_a=${base64}; rl_user_id=${rudderV3(JSON.parse(evil))}`)
    for (const sdk of ['posthog', 'mixpanel', 'amplitude'] as const) {
      expect(readIdentity(`${cookies}; AMP_a=${base64}`, { sdks: [sdk] })).to.deep.equal({
        source: undefined,
      })
    }
    expect(Object.keys(Object.prototype)).to.deep.equal([])
    expect(({} as { polluted?: unknown }).polluted).to.equal(undefined)
    const header = JSON.parse('{"__proto__":{"cookie":"ajs_user_id=u"}}') as object
    expect(readIdentity(header)).to.deep.equal({ source: undefined })
  })

  it('read nothing that a polluted prototype offers', () => {
    const prototype = Object.prototype as { distinct_id?: string }
    prototype.distinct_id = 'polluted'
    try {
      const identity = readIdentity(`ph_a_posthog=${jsonCookie({ a: 1 })}`, { sdks: ['posthog'] })
      expect(identity).to.deep.equal({ source: undefined })
    } finally {
      delete prototype.distinct_id
    }
  })
})

describe('a header of a megabyte', () => {
  const fill = (unit: string, length: number): string =>
    unit.repeat(Math.ceil(length / unit.length)).slice(0, length)
  const units: Record<string, string> = {
    semicolons: ';',
    'equals signs': '=',
    blanks: ' ',
    'names without values': 'ajs_user_id;',
    'one cookie again and again': 'ajs_anonymous_id=%22a; ',
    'encrypted cookies': `rl_anonymous_id=${rudderLegacy('\n')}; `,
    'encoded cookies': `rl_anonymous_id=${rudderV3('\n')}; `,
    escapes: '%C3%A9',
    'broken escapes': '%F',
    dots: 'amp_a1b2c3=.........; ',
    'open brackets': '[',
    'many projects': 'ph_1_posthog=%7B%7D; mp_1_mixpanel=%7B%7D; AMP_1=e30; ',
    'bytes beyond ASCII': '__eventn_id=\u00c3\u00a9\u00ff; ',
    'tabs and blanks about names': ' \t ajs_user_id \t = \t a \t ;',
  }
  /** CPU time in milliseconds: what other programs of the machine take does not count. */
  const time = (header: string): number => {
    const start = process.cpuUsage()
    checkRules(header)
    const { user, system } = process.cpuUsage(start)
    return (user + system) / 1_000
  }

  for (const [name, unit] of Object.entries(units)) {
    for (const prefix of ['', 'ajs_anonymous_id=', 'ph_a_posthog=']) {
      it(`${name} ${prefix}`, function () {
        this.timeout(30_000)
        // The least of several runs, against the noise of a shared machine: sixteen times the text, at most 64 the time.
        const least = (header: string): number => Math.min(time(header), time(header), time(header))
        const small = least(prefix + fill(unit, 65_536))
        const large = least(prefix + fill(unit, 1_048_576))
        expect(large).to.be.below(Math.max(small, 2) * 64)
        expect(large).to.be.below(3_000)
      })
    }
  }

  it('of names that are all different is read in time', () => {
    const header = Array.from(
      { length: 50_000 },
      (_, i) => `ph_${i}_posthog=${jsonCookie({})}; AMP_${i}=e30`,
    ).join('; ')
    expect(header.length).to.be.above(1_000_000)
    expect(time(header)).to.be.below(5_000)
  })

  it('does not hide a good cookie at its end', () => {
    expect(readIdentity(`${fill('a=b; ', 1_000_000)}; ajs_user_id=u`).userId).to.equal('u')
  })
})
