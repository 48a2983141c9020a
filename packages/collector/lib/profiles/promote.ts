// Which identifiers a message brings (Segment Unify: External IDs).
import { type CollectedMessage, isObject, type JsonObject } from '../messages/message.js'
import { ERASED } from '../messages/erased.js'
import { isPlain } from '../messages/plain-text.js'
import { nameOf } from '../messages/snake-case.js'
import type { Identifier } from './profile.js'
import type { Rules } from './rules.js'

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
  if (isObject(own)) found.add('email', own.email)
  if (isObject(context?.traits)) found.add('email', context.traits.email)
  if (isObject(message.properties)) found.add('email', message.properties.email)
  if (context !== undefined) addFromContext(found, context)
  if (rules.custom.size > 0) addCustom(found, [own, context?.traits, message.properties], rules)
  return found.sorted(rules)
}

/** The account that a group call is about. */
export function accountIdOf(message: CollectedMessage): string | undefined {
  const { type, groupId } = message
  if (type !== 'group' || typeof groupId !== 'string' || groupId === '') return undefined
  return groupId === ERASED || !isPlain(groupId) ? undefined : groupId
}

/** From here on looking through a list takes longer than making keys. */
const FEW = 16
const NOTHING: readonly Identifier[] = []

class Found {
  readonly #list: Identifier[] = []
  #keys: Set<string> | undefined

  add(type: string, value: unknown): void {
    const text = textOf(value)
    if (text !== undefined && !this.#has(type, text)) this.#list.push({ type, value: text })
  }

  #has(type: string, text: string): boolean {
    if (this.#list.length < FEW) {
      for (const each of this.#list) if (each.value === text && each.type === type) return true
      return false
    }
    this.#keys ??= new Set(this.#list.map((each) => keyOf(each.type, each.value)))
    const { size } = this.#keys
    return this.#keys.add(keyOf(type, text)).size === size
  }

  sorted(rules: Rules): Promoted {
    const list = this.#list
    let blocked: Identifier[] | undefined
    for (const each of list) if (rules.isBlocked(each.value)) (blocked ??= []).push(each)
    const isFree = ({ value }: Identifier) => !rules.isBlocked(value)
    const identifiers = blocked === undefined ? list : list.filter(isFree)
    rank(identifiers, rules)
    return { identifiers, blocked: blocked ?? NOTHING }
  }
}

/** Stable. Few are sorted in place by insertion: `sort` makes objects of its own, for every message. */
function rank(identifiers: Identifier[], { compareTypes }: Rules): void {
  if (identifiers.length > FEW) identifiers.sort((a, b) => compareTypes(a.type, b.type))
  else
    for (let end = 1; end < identifiers.length; end++) {
      const moving = identifiers[end]
      if (moving === undefined) return
      let place = end
      for (; place > 0; place--) {
        const before = identifiers[place - 1]
        if (before === undefined || compareTypes(before.type, moving.type) <= 0) break
        identifiers[place] = before
      }
      identifiers[place] = moving
    }
}

/** An identifier as one text. No type holds a NUL, or it would not be one. */
export function keyOf(type: string, value: string): string {
  return `${type}\u0000${value}`
}

/** An id is text: 42 and "42" are one. What is left of somebody who was erased is none. */
function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' || value === ERASED ? undefined : value
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
  if (typeof type !== 'string' || type === '' || !isPlain(type)) return
  if (encoding !== 'none' || collection !== 'users') return
  found.add(type.toLowerCase(), id)
}

function addCustom(found: Found, places: readonly unknown[], rules: Rules): void {
  for (const place of places) {
    if (!isObject(place)) continue
    for (const [key, value] of Object.entries(place)) {
      const type = nameOf(key)
      if (rules.custom.has(type)) found.add(type, value)
    }
  }
}
