// Canonical JSON: the same text for objects with the same content, whatever the order of their keys.

import { configure } from 'safe-stable-stringify'
import { stringify } from '../message/serialize.js'

const inOrder = configure({ deterministic: true, bigint: 'string', circularValue: TypeError })

/**
 * An object with circles, or nested too deeply, is written as a client writes it, with its keys in their own order.
 *
 * @throws AnalyticsError `not_serializable`, like a call of a client
 */
export function canonicalJson(value: object): string {
  try {
    return inOrder(value)
  } catch {
    return stringify(value)
  }
}
