// Every cookie header captured in Chromium decodes to what the SDK itself said at that moment.
import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { mixpanel, readIdentity, snowplow, type ReadOptions } from '../../lib/browser-ids/index.js'

type Field = 'anonymousId' | 'userId' | 'groupId'

interface Capture {
  sdk: string
  version: string
  scenario: string
  cookieHeader: string
  groundTruth: Partial<Record<Field, unknown>>
}

const captures = JSON.parse(
  readFileSync(new URL('./fixtures/browser-cookies.json', import.meta.url), 'utf8'),
) as Capture[]

const SDKS: Record<string, NonNullable<ReadOptions['sdks']>> = {
  '@segment/analytics-next': ['segment'],
  '@segment/analytics.js-core': ['segment'],
  '@customerio/cdp-analytics-browser': ['customerio'],
  '@ht-sdks/events-sdk-js-browser': ['hightouch'],
  '@rudderstack/analytics-js': ['rudderstack'],
  'rudder-sdk-js': ['rudderstack'],
  'posthog-js': ['posthog'],
  '@amplitude/analytics-browser': ['amplitude'],
  'amplitude-js': ['amplitude'],
  'mixpanel-browser': [mixpanel({ groupKey: 'company' })],
  '@jitsu/js': ['jitsu'],
  '@snowplow/browser-tracker': [snowplow({ domain: 'example.test' })],
}

interface Miss {
  sdk: string
  field: Field
  scenario: RegExp
  reason: string
}

// What no decoder of a Cookie header could answer, or what the rules of this library withhold.
const MISSES: readonly Miss[] = [
  {
    sdk: 'posthog-js',
    field: 'groupId',
    scenario: /group\('group-7'\)|page reloaded|user-43/,
    reason: 'posthog-js keeps groups in localStorage: the cookie has none',
  },
  {
    sdk: '@snowplow/browser-tracker',
    field: 'userId',
    scenario: /identify|group/,
    reason: 'the tracker keeps the user id in memory: the cookie has the domain user id alone',
  },
  {
    sdk: '@snowplow/browser-tracker',
    field: 'anonymousId',
    scenario: /reset\(\)$/,
    reason: 'the header is empty: the tracker deletes its cookie, and writes one at its next event',
  },
  ...[
    '@segment/analytics-next',
    '@segment/analytics.js-core',
    '@ht-sdks/events-sdk-js-browser',
    '@customerio/cdp-analytics-browser',
  ].map((sdk): Miss => ({
    sdk,
    field: 'anonymousId',
    scenario: /setAnonymousId\("null"\)/,
    reason: 'the text `null` is a placeholder, and absent by rule; the SDKs discard it themselves',
  })),
]

function expected(value: unknown): string | undefined {
  const first: unknown = Array.isArray(value) ? value[0] : value
  if (first === null || first === undefined || first === '') return undefined
  return typeof first === 'string' ? first : JSON.stringify(first)
}

describe('the cookies captured from real SDKs', () => {
  const used = new Set<Miss>()

  for (const { sdk, version, scenario, cookieHeader, groundTruth } of captures) {
    it(`${sdk} ${version}, ${scenario}`, () => {
      const identity = readIdentity(cookieHeader, { sdks: SDKS[sdk]! })
      for (const field of ['anonymousId', 'userId', 'groupId'] as const) {
        // Jitsu, Amplitude and Snowplow have no getter for a group: nothing to compare with.
        if (!(field in groundTruth)) continue
        const truth = expected(groundTruth[field])
        if (identity[field] === truth) continue
        const miss = MISSES.find(
          (each) => each.sdk === sdk && each.field === field && each.scenario.test(scenario),
        )
        expect(miss, `${field}: ${String(identity[field])} for ${String(truth)}`).to.be.an('object')
        // A miss is an id left out, never a wrong one.
        expect(identity[field]).to.equal(undefined)
        used.add(miss!)
      }
    })
  }

  it('are missed for no reason that no capture has', () => {
    expect([...used]).to.have.members([...MISSES])
  })

  it('of Jitsu have the group too', () => {
    const { cookieHeader } = captures.find(
      ({ sdk, scenario }) => sdk === '@jitsu/js' && scenario.includes('group'),
    )!
    expect(readIdentity(cookieHeader, { sdks: ['jitsu'] }).groupId).to.equal('group-7')
  })
})
