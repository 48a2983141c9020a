// A wrong argument is named, with its type and what is allowed; its value, which may be a visitor's id, is not.
import { expect } from 'chai'
import {
  amplitude,
  ensureAnonymousId,
  forgetUser,
  googleAnalytics,
  jitsu,
  linkUser,
  mixpanel,
  posthog,
  readAnonymousId,
  readIdentity,
  segment,
  snowplow,
} from '../../lib/browser-ids/index.js'
import { nodeRequest, nodeResponse } from './responses.js'

const { response } = nodeResponse()
const request = nodeRequest()

describe('a wrong argument of', () => {
  const cases: readonly [string, () => unknown, RegExp][] = [
    [
      'readIdentity, request',
      () => readIdentity(42 as never),
      /^readIdentity: request is a number; allowed: .*/,
    ],
    [
      'readAnonymousId, request',
      () => readAnonymousId(() => 1),
      /^readAnonymousId: request is a function; allowed: .*/,
    ],
    [
      'readIdentity, options',
      () => readIdentity('', 'segment' as never),
      /^readIdentity: options is a string; allowed: an object/,
    ],
    [
      'readIdentity, null options',
      () => readIdentity('', null as never),
      /^readIdentity: options is null; allowed: an object/,
    ],
    [
      'readIdentity, sdks',
      () => readIdentity('', { sdks: 'segment' as never }),
      /^readIdentity: option sdks is .*; allowed: a list/,
    ],
    [
      'readIdentity, no sdks',
      () => readIdentity('', { sdks: [] }),
      /^readIdentity: option sdks is an array; allowed: a list .*/,
    ],
    [
      'readIdentity, an SDK',
      () => readIdentity('', { sdks: ['segment', 'secret' as never] }),
      /^readIdentity: option sdks\[1\] is a string; allowed: one of 'segment', /,
    ],
    [
      'readIdentity, an SDK of Object',
      () => readIdentity('', { sdks: ['constructor' as never] }),
      /sdks\[0\] is .*; allowed: one of/,
    ],
    [
      'readIdentity, a factory',
      () => readIdentity('', { sdks: [posthog as never] }),
      /sdks\[0\] is a function; allowed: .* reader such as posthog\(\{ token \}\)/,
    ],
    [
      'segment',
      () => segment({ userCookie: 'a b' }),
      /^segment: option userCookie is .*; allowed: a cookie name/,
    ],
    [
      'posthog',
      () => posthog({ token: 5 as never }),
      /^posthog: option token is a number; allowed: a non-empty string/,
    ],
    [
      'posthog, options',
      () => posthog('phc_secret' as never),
      /^posthog: options is a string; allowed: an object/,
    ],
    [
      'amplitude',
      () => amplitude({ apiKey: '' }),
      /^amplitude: option apiKey is an empty string; allowed: a non-empty string/,
    ],
    [
      'mixpanel',
      () => mixpanel({ groupKey: [] as never }),
      /^mixpanel: option groupKey is an array/,
    ],
    ['jitsu', () => jitsu({ userCookie: 'a;b' }), /^jitsu: option userCookie/],
    ['snowplow', () => snowplow({ domain: null as never }), /^snowplow: option domain is null/],
    [
      'googleAnalytics',
      () => googleAnalytics({ cookieName: '' }),
      /^googleAnalytics: option cookieName/,
    ],
    [
      'ensureAnonymousId, response',
      () => ensureAnonymousId(request, {}),
      /^ensureAnonymousId: response is an object; allowed: a Node, .*/,
    ],
    [
      'ensureAnonymousId, no response',
      () => ensureAnonymousId(request, undefined),
      /response is undefined; allowed: .*/,
    ],
    [
      'ensureAnonymousId, secure',
      () => ensureAnonymousId(request, response, { secure: 1 as never }),
      /option secure is a number; allowed: true or false/,
    ],
    [
      'ensureAnonymousId, classic',
      () => ensureAnonymousId(request, response, { classic: 'yes' as never }),
      /option classic is .*; allowed: true or false/,
    ],
    [
      'ensureAnonymousId, domain',
      () => ensureAnonymousId(request, response, { domain: 'com' }),
      /option domain is .*; allowed: a domain/,
    ],
    [
      'linkUser, no userId',
      () => linkUser(response, undefined as never),
      /^linkUser: userId is undefined; allowed: .*/,
    ],
    [
      'linkUser, an empty userId',
      () => linkUser(response, ''),
      /^linkUser: userId is an empty string; allowed: .*/,
    ],
    ['linkUser, NaN', () => linkUser(response, NaN), /^linkUser: userId is NaN; allowed: .*/],
    [
      'linkUser, a placeholder',
      () => linkUser(response, 'null'),
      /^linkUser: userId is .*; allowed: /,
    ],
    [
      'linkUser, a long userId',
      () => linkUser(response, 's'.repeat(256)),
      /^linkUser: userId is a string; allowed: .*/,
    ],
    [
      'linkUser, a control character',
      () => linkUser(response, 'secret\n'),
      /^linkUser: userId is .*; allowed: /,
    ],
    [
      'linkUser, userCookie',
      () => linkUser(response, 'u', { userCookie: 'ü' }),
      /^linkUser: option userCookie/,
    ],
    [
      'linkUser, request',
      () => linkUser(response, 'u', { request: 1 as never }),
      /^linkUser: option request is .*; allowed: /,
    ],
    [
      'forgetUser',
      () => forgetUser(true as never, response),
      /^forgetUser: request is a boolean; allowed: .*/,
    ],
    [
      'forgetUser, response',
      () => forgetUser(request, 'res'),
      /^forgetUser: response is a string; allowed: .*/,
    ],
  ]
  for (const [name, act, message] of cases) {
    it(name, () => {
      expect(act)
        .to.throw(TypeError, message)
        .and.satisfy(({ message }: Error) => !message.includes('secret'))
    })
  }

  it('linkUser, a response that cannot be changed', () => {
    const act = (): unknown =>
      linkUser(Response.redirect('https://a.test/', 302), 'u', { domain: 'a.test' })
    expect(act).to.throw(TypeError, /^linkUser: response must have headers that can be changed/)
  })
})
