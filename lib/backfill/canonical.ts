// Canonical JSON: one text for all objects that say the same, whatever the order of their keys.

import { configure } from 'safe-stable-stringify'
import { stringify } from '../message/serialize.js'

const inOrder = configure({ deterministic: true, bigint: 'string', circularValue: TypeError })

/**
 * What has circles, or is nested too deeply to be ordered, is written as a client writes it, its keys in their own order.
 *
 * @throws AnalyticsError `not_serializable`, as a client's call
 */
export function canonicalJson(value: object): string {
  try {
    return inOrder(value)
  } catch {
    return stringify(value)
  }
}
