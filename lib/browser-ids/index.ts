// Reads and writes the ids of a browser, in cookies. Knows no client.

export { ensureAnonymousId, type EnsureOptions } from './ensure-anonymous-id.js'
export { forgetUser, type ForgetOptions } from './forget-user.js'
export { linkUser, type LinkOptions } from './link-user.js'
export { readAnonymousId, readIdentity, type ReadOptions } from './read-identity.js'

export type { CookieOptions, IdCookieOptions } from './cookie-options.js'
export type { Cookies } from './cookies/cookie-header.js'
export type { BrowserIdentity } from './identity.js'
export type { Claim, CookieReader } from './readers/reader.js'
export type { CookieSource } from './request.js'

export { amplitude, type AmplitudeOptions } from './readers/amplitude.js'
export { customerio } from './readers/customerio.js'
export { googleAnalytics, type GoogleAnalyticsOptions } from './readers/google-analytics.js'
export { hightouch } from './readers/hightouch.js'
export type { SdkName } from './readers/index.js'
export { jitsu, type JitsuOptions } from './readers/jitsu.js'
export { mixpanel, type MixpanelOptions } from './readers/mixpanel.js'
export { posthog, type PostHogOptions } from './readers/posthog.js'
export { rudderstack } from './readers/rudderstack.js'
export { segment, type SegmentOptions } from './readers/segment.js'
export { snowplow, type SnowplowOptions } from './readers/snowplow.js'
