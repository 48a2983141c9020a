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
      /^readIdentity: request must be .*; got number$/,
    ],
    [
      'readAnonymousId, request',
      () => readAnonymousId(() => 1),
      /^readAnonymousId: request must be .*; got function$/,
    ],
    [
      'readIdentity, options',
      () => readIdentity('', 'segment' as never),
      /^readIdentity: options must be an object; got string$/,
    ],
    [
      'readIdentity, null options',
      () => readIdentity('', null as never),
      /^readIdentity: options must be an object; got null$/,
    ],
    [
      'readIdentity, sdks',
      () => readIdentity('', { sdks: 'segment' as never }),
      /^readIdentity: options\.sdks must be a list/,
    ],
    [
      'readIdentity, no sdks',
      () => readIdentity('', { sdks: [] }),
      /^readIdentity: options\.sdks must be a list .*; got array$/,
    ],
    [
      'readIdentity, an SDK',
      () => readIdentity('', { sdks: ['segment', 'secret' as never] }),
      /^readIdentity: options\.sdks\[1\] must be one of 'segment', .* got string$/,
    ],
    [
      'readIdentity, an SDK of Object',
      () => readIdentity('', { sdks: ['constructor' as never] }),
      /sdks\[0\] must be one of/,
    ],
    [
      'readIdentity, a factory',
      () => readIdentity('', { sdks: [posthog as never] }),
      /sdks\[0\] must be .* reader such as posthog\(\{ token \}\); got function$/,
    ],
    [
      'segment',
      () => segment({ userCookie: 'a b' }),
      /^segment: options\.userCookie must be a cookie name/,
    ],
    [
      'posthog',
      () => posthog({ token: 5 as never }),
      /^posthog: options\.token must be a non-empty string; got number$/,
    ],
    [
      'posthog, options',
      () => posthog('phc_secret' as never),
      /^posthog: options must be an object; got string$/,
    ],
    [
      'amplitude',
      () => amplitude({ apiKey: '' }),
      /^amplitude: options\.apiKey must be a non-empty string; got empty string$/,
    ],
    [
      'mixpanel',
      () => mixpanel({ groupKey: [] as never }),
      /^mixpanel: options\.groupKey .* got array$/,
    ],
    ['jitsu', () => jitsu({ userCookie: 'a;b' }), /^jitsu: options\.userCookie/],
    [
      'snowplow',
      () => snowplow({ domain: null as never }),
      /^snowplow: options\.domain .* got null$/,
    ],
    [
      'googleAnalytics',
      () => googleAnalytics({ cookieName: '' }),
      /^googleAnalytics: options\.cookieName/,
    ],
    [
      'ensureAnonymousId, response',
      () => ensureAnonymousId(request, {}),
      /^ensureAnonymousId: response must be a Node, .*; got object$/,
    ],
    [
      'ensureAnonymousId, no response',
      () => ensureAnonymousId(request, undefined),
      /response must be .*; got undefined$/,
    ],
    [
      'ensureAnonymousId, secure',
      () => ensureAnonymousId(request, response, { secure: 1 as never }),
      /options\.secure must be true or false; got number$/,
    ],
    [
      'ensureAnonymousId, classic',
      () => ensureAnonymousId(request, response, { classic: 'yes' as never }),
      /options\.classic must be true or false/,
    ],
    [
      'ensureAnonymousId, domain',
      () => ensureAnonymousId(request, response, { domain: 'com' }),
      /options\.domain must be a domain/,
    ],
    [
      'linkUser, no userId',
      () => linkUser(response, undefined as never),
      /^linkUser: userId must be .*; got undefined$/,
    ],
    [
      'linkUser, an empty userId',
      () => linkUser(response, ''),
      /^linkUser: userId must be .*; got empty string$/,
    ],
    ['linkUser, NaN', () => linkUser(response, NaN), /^linkUser: userId must be .*; got number$/],
    ['linkUser, a placeholder', () => linkUser(response, 'null'), /^linkUser: userId must be/],
    [
      'linkUser, a long userId',
      () => linkUser(response, 's'.repeat(256)),
      /^linkUser: userId must be .*; got string$/,
    ],
    [
      'linkUser, a control character',
      () => linkUser(response, 'secret\n'),
      /^linkUser: userId must be/,
    ],
    [
      'linkUser, userCookie',
      () => linkUser(response, 'u', { userCookie: 'ü' }),
      /^linkUser: options\.userCookie/,
    ],
    [
      'linkUser, request',
      () => linkUser(response, 'u', { request: 1 as never }),
      /^linkUser: options\.request must be/,
    ],
    [
      'forgetUser',
      () => forgetUser(true as never, response),
      /^forgetUser: request must be .*; got boolean$/,
    ],
    [
      'forgetUser, response',
      () => forgetUser(request, 'res'),
      /^forgetUser: response must be .*; got string$/,
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
