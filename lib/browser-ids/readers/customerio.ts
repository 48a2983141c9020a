// Customer.io's browser SDK: a fork of analytics-next that kept its cookie names.

import type { CookieReader } from './reader.js'
import { ajsReader } from './segment.js'

/**
 * Reads the same `ajs_*` cookies as `segment`. A page with both libraries has one id for both, so list only one of them.
 */
export function customerio(): CookieReader {
  return ajsReader('customerio')
}
