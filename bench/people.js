// Messages as visitors, users and shared devices send them: the same for the same seed.
import { randomUUID } from 'node:crypto'

const ACTIVE = 3_000
const SHARED_DEVICES = 200
const USERS = 50_000
const PLANS = ['free', 'basic', 'pro', 'enterprise']
const EVENTS = [
  ['Product Viewed', () => ({ product_id: 'p-100', price: 19.9, currency: 'EUR', position: 3 })],
  ['Product Added', () => ({ product_id: 'p-100', price: 19.9, quantity: 2, cart_id: 'c-17' })],
  ['Search Performed', () => ({ query: 'blue shoes', results: 42, is_filtered: true })],
  ['Checkout Started', () => ({ order_id: 'o-5', value: 59.7, currency: 'EUR' })],
  ['Order Completed', () => ({ order_id: 'o-5', total: 59.7, currency: 'EUR', coupon: 'MAY' })],
  ['Signed Up', () => ({ plan: 'basic', referrer: 'newsletter' })],
]

/**
 * About 60 % of the messages are anonymous and 3 % come from devices that many share. A visitor stays for some dozen
 * messages; of those who come, half were there before.
 */
export class People {
  #state
  #active = []
  #shared = []
  #visitors = 0
  #time = Date.UTC(2026, 0, 1)

  constructor(seed = 1) {
    this.#state = seed
    for (let i = 0; i < ACTIVE; i++) this.#active.push(this.#session())
    for (let i = 0; i < SHARED_DEVICES; i++) this.#shared.push({ anonymousId: `shared-${i}` })
  }

  /** The fields of a call, as a client is given them, and its type. */
  next() {
    this.#time += 20
    if (this.#random() < 0.03) return this.#fromShared()
    const at = Math.floor(this.#random() * ACTIVE)
    const session = this.#active[at]
    session.left -= 1
    if (session.left <= 0) this.#active[at] = this.#session()
    return this.#fromSession(session)
  }

  /** A message as the collector has accepted it. */
  message() {
    const { type, ...fields } = this.next()
    const timestamp = new Date(this.#time).toISOString()
    return {
      messageId: randomUUID(),
      type,
      ...fields,
      timestamp,
      originalTimestamp: timestamp,
      sentAt: timestamp,
      receivedAt: timestamp,
      context: { library: { name: 'selfsame', version: '1.0.0' }, ...fields.context },
    }
  }

  #session() {
    const isNew = this.#visitors < 100 || this.#random() < 0.5
    const number = isNew ? this.#visitors++ : Math.floor(this.#random() * this.#visitors)
    // The same visitor is the same user, or nobody who is known.
    const isKnown = (number * 7919) % 100 < 45
    return {
      anonymousId: `visitor-${number}`,
      userId: isKnown ? `user-${(number * 31) % USERS}` : undefined,
      isLoggedIn: isKnown && !isNew,
      left: 4 + Math.floor(this.#random() * 17),
    }
  }

  #fromSession(session) {
    const { anonymousId, userId } = session
    if (userId !== undefined && !session.isLoggedIn && this.#random() < 0.3) {
      session.isLoggedIn = true
      return this.#identify({ anonymousId, userId })
    }
    const ids = session.isLoggedIn ? { anonymousId, userId } : { anonymousId }
    const kind = this.#random()
    if (session.isLoggedIn && kind < 0.06) return this.#identify(ids)
    if (session.isLoggedIn && kind < 0.08) {
      const groupId = `company-${Math.floor(this.#random() * 500)}`
      return { type: 'group', ...ids, groupId, traits: { name: 'Initech', employees: 42 } }
    }
    if (kind < 0.3) return { type: 'page', ...ids, ...this.#page() }
    return { type: 'track', ...ids, ...this.#track() }
  }

  #fromShared() {
    const { anonymousId } = this.#shared[Math.floor(this.#random() * SHARED_DEVICES)]
    const userId = `user-${Math.floor(this.#random() * USERS)}`
    return { type: 'track', anonymousId, userId, ...this.#track() }
  }

  #identify(ids) {
    const plan = PLANS[Math.floor(this.#random() * PLANS.length)]
    const traits = { email: `${ids.userId}@example.com`, firstName: 'Jane', lastName: 'Doe', plan }
    return { type: 'identify', ...ids, traits, context: this.#context() }
  }

  #page() {
    const path = `/products/${Math.floor(this.#random() * 1000)}`
    const properties = { path, url: `https://shop.example${path}`, title: 'A product' }
    return { name: 'Product', properties, context: this.#context() }
  }

  #track() {
    const [event, properties] = EVENTS[Math.floor(this.#random() ** 2 * EVENTS.length)]
    return { event, properties: properties(), context: this.#context() }
  }

  #context() {
    return {
      ip: '203.0.113.7',
      userAgent: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36',
      locale: 'de-CH',
    }
  }

  /** Mulberry32. */
  #random() {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}
