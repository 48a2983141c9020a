// The entry point `selfsame`.

export * from './client/index.js'
export { currentAnalytics } from './web/current.js'
export type { RegisteredAnalytics, RegisteredPlan } from './web/registered-plan.js'
export {
  amplitude,
  customerio,
  ensureAnonymousId,
  forgetUser,
  googleAnalytics,
  hightouch,
  jitsu,
  linkUser,
  mixpanel,
  posthog,
  readAnonymousId,
  readIdentity,
  rudderstack,
  segment,
  snowplow,
} from './browser-ids/index.js'
export type {
  AmplitudeOptions,
  BrowserIdentity,
  CookieOptions,
  CookieReader,
  CookieSource,
  EnsureOptions,
  ForgetOptions,
  GoogleAnalyticsOptions,
  IdCookieOptions,
  JitsuOptions,
  LinkOptions,
  MixpanelOptions,
  PostHogOptions,
  ReadOptions,
  SdkName,
  SegmentOptions,
  SnowplowOptions,
} from './browser-ids/index.js'
