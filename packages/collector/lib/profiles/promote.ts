// Which identifiers a message brings (Segment Unify: External IDs).
import { type CollectedMessage, isObject, type JsonObject } from '../messages/message.js'
import type { Identifier } from './profile.js'
import { type Rules, snakeCase } from './rules.js'

export interface Promoted {
  /** Each once, the highest-ranked first. */
  readonly identifiers: readonly Identifier[]
  /** Those whose value identifies nobody. */
  readonly blocked: readonly Identifier[]
}

const NONE: Promoted = { identifiers: [], blocked: [] }

/** An alias brings none: it merges no profiles (Segment spec: Alias). */
export function promote(message: CollectedMessage, rules: Rules): Promoted {
  if (message.type === 'alias') return NONE
  const found = new Found()
  found.add('user_id', message.userId)
  found.add('anonymous_id', message.anonymousId)
  const context = isObject(message.context) ? message.context : undefined
  const own = message.type === 'group' ? undefined : message.traits
  for (const traits of [own, context?.traits]) {
    if (isObject(traits)) found.add('email', traits.email)
  }
  if (isObject(message.properties)) found.add('email', message.properties.email)
  if (context !== undefined) addFromContext(found, context)
  if (rules.custom.size > 0) addCustom(found, [own, context?.traits, message.properties], rules)
  return found.sorted(rules)
}

/** What must be known before a message is taken in. */
export function identifiersOf(message: CollectedMessage, rules: Rules): readonly Identifier[] {
  return promote(message, rules).identifiers
}

/** The account that a group call is about. */
export function accountIdOf(message: CollectedMessage): string | undefined {
  const { type, groupId } = message
  return type === 'group' && typeof groupId === 'string' && groupId !== '' ? groupId : undefined
}

class Found {
  readonly #byKey = new Map<string, Identifier>()

  add(type: string, value: unknown): void {
    const text = textOf(value)
    if (text === undefined) return
    const key = keyOf(type, text)
    if (!this.#byKey.has(key)) this.#byKey.set(key, { type, value: text })
  }

  sorted(rules: Rules): Promoted {
    const identifiers: Identifier[] = []
    const blocked: Identifier[] = []
    for (const each of this.#byKey.values()) {
      const list = rules.isBlocked(each.value) ? blocked : identifiers
      list.push(each)
    }
    if (identifiers.length > 1) identifiers.sort((a, b) => rules.compareTypes(a.type, b.type))
    return { identifiers, blocked }
  }
}

/** An identifier as one text. No type holds a NUL, or it would not be one. */
export function keyOf(type: string, value: string): string {
  return `${type}\u0000${value}`
}

/** An id is text: 42 and "42" are one. */
function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : undefined
}

function addFromContext(found: Found, context: JsonObject): void {
  const { device, integrations, externalIds } = context
  if (isObject(device)) addDevice(found, device)
  const google = isObject(integrations) ? integrations['Google Analytics'] : undefined
  if (isObject(google)) found.add('ga_client_id', google.clientId)
  if (Array.isArray(externalIds)) {
    for (const each of externalIds as unknown[]) addExternal(found, each)
  }
}

function addDevice(found: Found, device: JsonObject): void {
  const system = typeof device.type === 'string' ? device.type.toLowerCase() : undefined
  if (system !== 'ios' && system !== 'android') return
  found.add(`${system}.id`, device.id)
  // Without permission to track, the advertising id is not the person's.
  if (device.adTrackingEnabled === true) found.add(`${system}.idfa`, device.advertisingId)
  found.add(`${system}.push_token`, device.token)
}

/** All four fields are required. */
function addExternal(found: Found, external: unknown): void {
  if (!isObject(external)) return
  const { id, type, collection, encoding } = external
  if (typeof type !== 'string' || type === '' || type.includes('\u0000')) return
  if (encoding !== 'none' || collection !== 'users') return
  found.add(type.toLowerCase(), id)
}

function addCustom(found: Found, places: readonly unknown[], rules: Rules): void {
  for (const place of places) {
    if (!isObject(place)) continue
    for (const [key, value] of Object.entries(place)) {
      const type = snakeCase(key)
      if (rules.custom.has(type)) found.add(type, value)
    }
  }
}
