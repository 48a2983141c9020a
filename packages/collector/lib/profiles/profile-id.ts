// The id of a profile: the same for the same person whenever the same messages are taken in.
import { hash } from 'node:crypto'
import type { Identifier } from './profile.js'

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const LENGTH = 27

/**
 * @param first - The highest-ranked identifier that the profile begins with.
 * @param attempt - Another number gives another id, if a profile that began with this identifier has since lost it.
 */
export function profileId(space: string, { type, value }: Identifier, attempt = 0): string {
  const bytes = hash('sha256', JSON.stringify([space, type, value, attempt]), 'binary')
  const codes: number[] = []
  for (let place = 0; place < LENGTH; place++) {
    codes.push(DIGITS.charCodeAt(bytes.charCodeAt(place) % 62))
  }
  // One text of its own. What += makes is a chain of as many parts for as long as nobody reads it.
  return `use_${String.fromCharCode(...codes)}`
}
