// What is particular to one SDK: its states, its names, its duplicates, its opt-out.
import { expect } from 'chai'
import {
  amplitude,
  googleAnalytics,
  jitsu,
  mixpanel,
  posthog,
  readAnonymousId,
  readIdentity,
  rudderstack,
  segment,
  snowplow,
  type CookieReader,
  type ReadOptions,
} from '../../lib/browser-ids/index.js'
import { amplitudeNew, amplitudeOld, jsonCookie, rudderLegacy, rudderV3 } from './sdk-encoders.js'

type Sdks = NonNullable<ReadOptions['sdks']>
const read = (header: string, ...sdks: Sdks): ReturnType<typeof readIdentity> =>
  readIdentity(header, { sdks })

describe('Segment', () => {
  it('is the only SDK read by default', () => {
    expect(readIdentity('rl_anonymous_id=a')).to.deep.equal({ source: undefined })
    expect(readIdentity('ajs_anonymous_id=a; rl_anonymous_id=b')).to.deep.equal({
      source: 'segment',
      anonymousId: 'a',
    })
  })

  it('reads the ids of versions that wrote _sio and ajs_user', () => {
    expect(read('_sio=anon----user', 'segment')).to.deep.equal({
      source: 'segment',
      anonymousId: 'anon',
      userId: 'user',
    })
    expect(read('_sio=%22anon----user%22', 'segment').userId).to.equal('user')
    const user = `ajs_user=${jsonCookie({ id: 'u 1', traits: { a: 1 } })}`
    expect(read(user, 'segment').userId).to.equal('u 1')
    expect(read(`${user}; _sio=a----b; ajs_user_id=new`, 'segment')).to.include({
      anonymousId: 'a',
      userId: 'new',
    })
  })

  it('takes no group that analytics-next copied from ajs_user', () => {
    const user = `ajs_user=${jsonCookie({ id: 'u1' })}`
    expect(read(`${user}; ajs_group_id=u1`, 'segment').groupId).to.equal(undefined)
    expect(read(`${user}; ajs_group_id=g1`, 'segment').groupId).to.equal('g1')
  })

  it('reads the names that analytics.js was configured with', () => {
    const reader = segment({ userCookie: 'my_user', groupCookie: 'my_group' })
    expect(read('my_user=u; my_group=g; ajs_user_id=x', reader)).to.include({
      userId: 'u',
      groupId: 'g',
    })
  })

  it('reads the example of the documentation, whose closing quote is missing', () => {
    const header = 'ajs_anonymous_id=%2239ee7ea5-b6d8-4174-b612-04e1ef3fa952'
    expect(readAnonymousId(header)).to.equal('39ee7ea5-b6d8-4174-b612-04e1ef3fa952')
  })

  it('takes placeholders for absent', () => {
    for (const value of ['null', 'undefined', '', '""', '%22%22', '%22null%22', '"null"', '%20']) {
      expect(readIdentity(`ajs_anonymous_id=${value}; ajs_user_id=u`), value).to.deep.equal({
        source: 'segment',
        userId: 'u',
      })
    }
  })
})

describe('duplicates', () => {
  it('are reported beside the first id that decodes', () => {
    expect(
      readIdentity('ajs_anonymous_id=a; ajs_user_id=u; ajs_anonymous_id=%22b%22'),
    ).to.deep.equal({
      source: 'segment',
      anonymousId: 'a',
      userId: 'u',
      duplicates: { anonymousId: ['b'] },
    })
    expect(
      readIdentity('ajs_anonymous_id=%FF; ajs_anonymous_id=null; ajs_anonymous_id=b'),
    ).to.deep.equal({ source: 'segment', anonymousId: 'b' })
  })

  it('of one value are two cookies as well', () => {
    expect(readIdentity('ajs_user_id=a; ajs_user_id=a').duplicates).to.deep.equal({ userId: ['a'] })
  })

  it('never lend an id to the first cookie', () => {
    const first = jsonCookie({ $device_id: 'd1' })
    const second = jsonCookie({ $device_id: 'd2', $user_id: 'u2' })
    expect(read(`mp_a_mixpanel=${first}; mp_a_mixpanel=${second}`, 'mixpanel')).to.deep.equal({
      source: 'mixpanel',
      anonymousId: 'd1',
      duplicates: { anonymousId: ['d2'], userId: ['u2'] },
    })
  })
})

describe('the order of SDKs', () => {
  it('decides between two that have an anonymous id', () => {
    const header = 'ajs_anonymous_id=a; rl_anonymous_id=r; rl_user_id=ru'
    expect(read(header, 'segment', 'rudderstack')).to.deep.equal({
      source: 'segment',
      anonymousId: 'a',
    })
    expect(read(header, rudderstack(), 'segment')).to.include({ anonymousId: 'r', userId: 'ru' })
  })

  it('passes over one that has only a user for one that has an anonymous id', () => {
    expect(read('ajs_user_id=u; rl_anonymous_id=r', 'segment', 'rudderstack')).to.deep.equal({
      source: 'rudderstack',
      anonymousId: 'r',
    })
    expect(read('ajs_user_id=u; rl_user_id=r', 'segment', 'rudderstack').userId).to.equal('u')
  })

  it('takes readers of the caller, and holds their ids to the rules', () => {
    const own: CookieReader = {
      name: 'own',
      read: (cookies) => [
        { anonymousId: cookies.values('sid')[0], userId: 'a\nb', groupId: 'x'.repeat(256) },
      ],
    }
    expect(read('sid=s1', own)).to.deep.equal({ source: 'own', anonymousId: 's1' })
  })
})

describe('RudderStack', () => {
  it('has empty user and group cookies from the start, which are no ids', () => {
    for (const encode of [rudderV3, rudderLegacy]) {
      const header = `rl_anonymous_id=${encode('a')}; rl_user_id=${encode('')}; rl_group_id=${encode('')}`
      expect(read(header, 'rudderstack')).to.deep.equal({ source: 'rudderstack', anonymousId: 'a' })
    }
  })

  it('is read when Hightouch rewrote its cookie unescaped', () => {
    const raw = decodeURIComponent(rudderLegacy('99a428e3-24f6-458c-97d8-91cfb8fab6f4'))
    expect(read(`rl_anonymous_id=${raw}`, 'rudderstack').anonymousId).to.equal(
      '99a428e3-24f6-458c-97d8-91cfb8fab6f4',
    )
  })

  it('is read if an id was set plainly', () => {
    expect(read('rl_anonymous_id=plain', 'rudderstack').anonymousId).to.equal('plain')
  })

  it('gives nothing for what no SDK encrypted', () => {
    const secret = decodeURIComponent(rudderLegacy('a'))
    for (const value of [
      'RudderEncrypt:',
      'RudderEncrypt:AAAA',
      secret.slice(0, -8),
      secret.replace('RudderEncrypt', 'HtEvEncrypt'),
      'RS_ENC_v3_',
      'RS_ENC_v3_####',
      'RS_ENC_v3_e30=',
      rudderLegacy({ a: 1 }),
    ]) {
      expect(read(`rl_anonymous_id=${value}; rl_user_id=u`, 'rudderstack'), value).to.deep.equal({
        source: 'rudderstack',
        userId: 'u',
      })
    }
  })
})

describe('PostHog', () => {
  const cookie = (record: object, token = 'phc_a'): string =>
    `ph_${token}_posthog=${jsonCookie(record)}`

  it('never takes the device id of the person before a reset', () => {
    const header = cookie({ distinct_id: 'new', $device_id: 'old', $user_state: 'anonymous' })
    expect(read(header, 'posthog')).to.deep.equal({ source: 'posthog', anonymousId: 'new' })
  })

  it('says if an old cookie does not tell whose its id is', () => {
    const ambiguous = { source: 'posthog', distinctId: 'x', ambiguous: true }
    expect(read(cookie({ distinct_id: 'x', $epp: true }), 'posthog')).to.deep.equal(ambiguous)
    expect(read(cookie({ distinct_id: 'x', $device_id: 'd' }), 'posthog')).to.deep.equal(ambiguous)
    expect(read(cookie({ distinct_id: 'd', $device_id: 'd' }), 'posthog').anonymousId).to.equal('d')
    expect(readAnonymousId(cookie({ distinct_id: 'x' }), { sdks: ['posthog'] })).to.equal(undefined)
  })

  it('reads the project of the token, whose odd characters the name spells out', () => {
    const header = `${cookie({ distinct_id: 'a', $device_id: 'a' })}; ${cookie({ distinct_id: 'b', $device_id: 'b' }, 'xPLySLzEQ')}`
    expect(read(header, posthog({ token: 'x+y/z=' })).anonymousId).to.equal('b')
    expect(read(header, posthog({ token: 'other' }))).to.deep.equal({ source: undefined })
    expect(
      read(
        `ph_mine=${jsonCookie({ distinct_id: 'c', $device_id: 'c' })}`,
        posthog({ name: 'mine' }),
      ).anonymousId,
    ).to.equal('c')
  })

  it('reads a group if persistence is the cookie', () => {
    const header = cookie({
      distinct_id: 'u',
      $device_id: 'd',
      $user_state: 'identified',
      $groups: { company: 'g1' },
    })
    expect(read(header, posthog({ groupType: 'company' })).groupId).to.equal('g1')
  })

  it('has no id in its cookieless mode', () => {
    const header = cookie({
      distinct_id: '$posthog_cookieless',
      $device_id: null,
      $user_state: 'anonymous',
    })
    expect(read(header, 'posthog')).to.deep.equal({ source: undefined })
  })

  it('honours an opt-out', () => {
    const header = `${cookie({ distinct_id: 'd', $device_id: 'd' })}; __ph_opt_in_out_phc_a=0`
    expect(read(header, 'posthog')).to.deep.equal({ source: 'posthog', optOut: true })
    expect(read(header, posthog({ token: 'phc_a' })).optOut).to.equal(true)
    expect(read(header.replace('=0', '=1'), 'posthog').anonymousId).to.equal('d')
  })
})

describe('Amplitude', () => {
  it('honours an opt-out of either cookie', () => {
    const header = `AMP_a1b2c3d4e5=${amplitudeNew({ deviceId: 'd', userId: 'u', optOut: true })}`
    const optedOut = { source: 'amplitude', optOut: true }
    expect(read(header, 'amplitude')).to.deep.equal(optedOut)
    expect(read(`amp_a1b2c3=${amplitudeOld('d', 'u', '1')}`, 'amplitude')).to.deep.equal(optedOut)
    expect(read(`${header}; ajs_anonymous_id=a`, 'amplitude', 'segment')).to.deep.equal(optedOut)
    expect(read(`${header}; ajs_anonymous_id=a`, 'segment', 'amplitude').anonymousId).to.equal('a')
  })

  it('reads the project of the key, and no probe or campaign', () => {
    const cookie = (id: string): string => amplitudeNew({ deviceId: id })
    const header = `AMP_MKTG_a1b2c3d4e5=${cookie('x')}; AMP_TEST=${cookie('x')}; AMP_TLDTEST1=${cookie('x')}; AMP_0000000000=${cookie('a')}; AMP_a1b2c3d4e5=${cookie('b')}`
    expect(read(header, 'amplitude').anonymousId).to.equal('a')
    expect(read(header, amplitude({ apiKey: 'a1b2c3d4e5f6a7b8' })).anonymousId).to.equal('b')
    expect(read(`mine=${cookie('c')}`, amplitude({ cookieName: 'mine' })).anonymousId).to.equal('c')
  })

  it('prefers the newer cookie, and reads numbers and Latin-1', () => {
    const old = `amp_a1b2c3=${amplitudeOld('old', 'u')}`
    expect(
      read(`${old}; AMP_a1b2c3d4e5=${amplitudeNew({ deviceId: 'new', userId: 42 })}`, 'amplitude'),
    ).to.deep.equal({ source: 'amplitude', anonymousId: 'new', userId: '42' })
    const latin1 = Buffer.from('é', 'latin1').toString('base64')
    expect(read(`amp_a1b2c3=d.${latin1}..1.1.0.0.0`, 'amplitude').userId).to.equal('é')
  })
})

describe('Mixpanel', () => {
  const cookie = (record: object, token = '0123'): string =>
    `mp_${token}_mixpanel=${jsonCookie(record)}`

  it('reads a numeric user, and a group if its key is named', () => {
    const header = cookie({ distinct_id: 42, $device_id: 'd', $user_id: 42, company: ['g1', 'g2'] })
    expect(read(header, mixpanel({ token: '0123', groupKey: 'company' }))).to.deep.equal({
      source: 'mixpanel',
      anonymousId: 'd',
      userId: '42',
      groupId: 'g1',
    })
    expect(read(header, mixpanel({ token: 'other' })).source).to.equal(undefined)
    expect(
      read(`mp_mine=${jsonCookie({ $device_id: 'd' })}`, mixpanel({ name: 'mine' })).anonymousId,
    ).to.equal('d')
  })

  it('says if only a distinct_id is left', () => {
    expect(read(cookie({ distinct_id: '$device:d' }), 'mixpanel').anonymousId).to.equal('d')
    expect(read(cookie({ distinct_id: 'x' }), 'mixpanel')).to.deep.equal({
      source: 'mixpanel',
      distinctId: 'x',
      ambiguous: true,
    })
  })

  it('honours an opt-out', () => {
    const header = `${cookie({ $device_id: 'd' })}; __mp_opt_in_out_0123=0`
    expect(read(header, 'mixpanel')).to.deep.equal({ source: 'mixpanel', optOut: true })
  })
})

describe('Jitsu', () => {
  it('is read under the names it was given', () => {
    const reader = jitsu({ anonymousCookie: 'a', userCookie: 'u', groupCookie: 'g' })
    expect(read('a=1; u=2; g=3', reader)).to.deep.equal({
      source: 'jitsu',
      anonymousId: '1',
      userId: '2',
      groupId: '3',
    })
  })
})

describe('Snowplow', () => {
  // sha1('example.test/') begins with 8e5d.
  const header = '_sp_id.0000=a.1.1.1.1; _sp_id.8e5d=b.1.1.1.1'

  it('is read by the hash of its domain, or as the first of its name', () => {
    expect(read(header, 'snowplow').anonymousId).to.equal('a')
    expect(read(header, snowplow({ domain: 'example.test' })).anonymousId).to.equal('b')
    expect(read(header, snowplow({ domain: '.EXAMPLE.test' })).anonymousId).to.equal('b')
    expect(read(header, snowplow({ domain: 'other.test' })).source).to.equal(undefined)
    expect(read('mine_id.1=c.1', snowplow({ cookieName: 'mine_' })).anonymousId).to.equal('c')
  })
})

describe('Google Analytics', () => {
  for (const [value, id] of [
    ['GA1.2.1033501218.1368477899', '1033501218.1368477899'],
    ['GA1.3-2.1033501218.1368477899', '1033501218.1368477899'],
    ['GA1.1.amp-NUmcGkKFtaAEY', 'amp-NUmcGkKFtaAEY'],
    ['GA1.2.own.client.id', 'own.client.id'],
    ['deleted', undefined],
    ['GA1.2.', undefined],
  ] as const) {
    it(`reads ${value}`, () => {
      expect(read(`_ga=${value}; _ga_ABC=GS1.1.5.1`, 'googleAnalytics').anonymousId).to.equal(id)
      expect(read(`x_ga=${value}`, googleAnalytics({ cookieName: 'x_ga' })).anonymousId).to.equal(
        id,
      )
    })
  }
})
