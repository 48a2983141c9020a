// The readers by name, for the option `sdks`.

import type { CookieReader } from './reader.js'
import { amplitude } from './amplitude.js'
import { customerio } from './customerio.js'
import { googleAnalytics } from './google-analytics.js'
import { hightouch } from './hightouch.js'
import { jitsu } from './jitsu.js'
import { mixpanel } from './mixpanel.js'
import { posthog } from './posthog.js'
import { rudderstack } from './rudderstack.js'
import { segment } from './segment.js'
import { snowplow } from './snowplow.js'

/** The SDKs whose cookies can be read without further options. */
export type SdkName =
  | 'segment'
  | 'customerio'
  | 'hightouch'
  | 'rudderstack'
  | 'posthog'
  | 'amplitude'
  | 'mixpanel'
  | 'jitsu'
  | 'snowplow'
  | 'googleAnalytics'

export const readersByName: ReadonlyMap<string, CookieReader> = new Map<SdkName, CookieReader>([
  ['segment', segment()],
  ['customerio', customerio()],
  ['hightouch', hightouch()],
  ['rudderstack', rudderstack()],
  ['posthog', posthog()],
  ['amplitude', amplitude()],
  ['mixpanel', mixpanel()],
  ['jitsu', jitsu()],
  ['snowplow', snowplow()],
  ['googleAnalytics', googleAnalytics()],
])
