// The id of a profile: the same for the same person whenever the same messages are taken in.
import { createHash } from 'node:crypto'
import type { Identifier } from './profile.js'

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const LENGTH = 27

/**
 * @param first - The highest-ranked identifier that the profile begins with.
 * @param attempt - Another number gives another id, if a profile that began with this identifier has since lost it.
 */
export function profileId(space: string, { type, value }: Identifier, attempt = 0): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([space, type, value, attempt]))
    .digest()
  let id = 'use_'
  for (let place = 0; place < LENGTH; place++) id += DIGITS.charAt((hash[place] ?? 0) % 62)
  return id
}
