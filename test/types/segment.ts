// What compiles with the types of @segment/analytics-node compiles here, and some of what does not there.
import { Analytics, type GroupTraits, type IdentifyCall, type UserTraits } from '../../lib/index.js'

const who = { userId: 'user-1' }

interface Plan {
  plan: string
  seats: number
}

class Order {
  readonly id = 'order-1'
  total = 39.95
}

/** An interface or a class instance, as traits, properties and context, and within them. */
export function interfaces(analytics: Analytics, plan: Plan, order: Order): void {
  analytics.track({ ...who, event: 'Plan Chosen', properties: plan })
  analytics.track({ ...who, event: 'Order Completed', properties: order })
  analytics.track({ ...who, event: 'Order Completed', properties: { order, plan } })
  analytics.identify({ ...who, traits: plan })
  analytics.group({ ...who, groupId: 'group-1', traits: plan })
  analytics.page({ ...who, properties: plan })
  analytics.screen({ ...who, properties: order })
  analytics.track({ ...who, event: 'E', context: { plan }, integrations: { Amplitude: plan } })
  const traits: UserTraits & GroupTraits = plan
  const call: IdentifyCall = { ...who, traits }
  analytics.identify(call)
}

/** A reserved name in an interface keeps its type. */
export function reservedInInterfaces(analytics: Analytics, traits: { age: string }): void {
  // @ts-expect-error: an age is a number
  analytics.identify({ ...who, traits })
}

/** null removes a trait, wherever it is. */
export function nulls(analytics: Analytics): void {
  const address = { street: null, city: null, state: null, postalCode: null, country: null }
  analytics.identify({
    ...who,
    traits: { email: null, age: null, birthday: null, createdAt: null, id: null, address },
  })
  analytics.identify({ ...who, traits: { address: null, company: null, own: null } })
  analytics.identify({ ...who, traits: { company: { id: null, employee_count: null } } })
  analytics.group({ ...who, groupId: 'g', traits: { address, employees: null, plan: null } })
  analytics.track({ ...who, event: 'E', properties: { revenue: null, currency: null } })
  analytics.page({ ...who, properties: { url: null, keywords: null } })
}

/** What may be undefined, at any depth. */
export function undefineds(analytics: Analytics, text: string | undefined): void {
  analytics.page({
    ...who,
    name: text,
    category: text,
    messageId: text,
    timestamp: text,
    properties: { url: text, own: text },
    integrations: { All: undefined, Amplitude: undefined },
    context: {
      active: undefined,
      app: { name: text, version: text, build: text },
      campaign: { name: text, source: text, medium: text, term: text, content: text },
      device: { id: text, model: text, adTrackingEnabled: undefined },
      ip: text,
      library: { name: text, version: text },
      locale: text,
      network: { carrier: text, wifi: undefined },
      os: { name: text, version: text },
      page: { path: text, referrer: text, search: text, title: text, url: text },
      referrer: { type: text, name: text, url: text, link: text },
      screen: { density: undefined, height: undefined, width: undefined },
      timezone: text,
      traits: { email: text, address: { city: text } },
      userAgent: text,
    },
  })
}

/** Typing errors beside all this. */
export function mistakes(analytics: Analytics): void {
  // @ts-expect-error: a typing error in the name of a field
  analytics.identify({ ...who, trait: { plan: 'premium' } })
  // @ts-expect-error: a group is missing
  analytics.group({ ...who })
  // @ts-expect-error: an alias has no anonymousId
  analytics.alias({ userId: 'user-1', previousId: 'a', anonymousId: 'a' })
  // @ts-expect-error: a typing error in the name of an event
  analytics.on('errr', () => undefined)
  // @ts-expect-error: the same
  analytics.once('http_requests', () => undefined)
  // @ts-expect-error: the same
  analytics.off('draind', () => undefined)
  // @ts-expect-error: the version is that of the library
  analytics.VERSION = '1'
}

/** The key may be undefined for the compiler. Leaving it out is a mistake all the same. */
export function keys(key: string | undefined): Analytics {
  // @ts-expect-error: no write key
  new Analytics({ host: 'https://example.com' })
  return new Analytics({ writeKey: key })
}

export function eachCall(analytics: Analytics, call: 'identify' | 'track' | 'page'): void {
  // @ts-expect-error: neither a userId nor an anonymousId
  analytics[call]({ event: 'E' })
  analytics[call]({ event: 'E', userId: 'u' })
  analytics[call]({ event: 'E', anonymousId: 'a' })
}

/** A row of a database may have columns that are named like fields of a message. */
export function row(analytics: Analytics, user: { type: number; version: bigint }): void {
  analytics.identify({ ...user, ...who })
}

/** The complete example of the Segment spec, as an object literal. */
export function wholeExample(analytics: Analytics): void {
  analytics.identify({
    anonymousId: '507f191e810c19729de860ea',
    channel: 'browser',
    context: { ip: '', userAgent: 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_9_5)' },
    integrations: { All: false, Mixpanel: true, Salesforce: true },
    messageId: '022bb90c-bbac-11e4-8dfc-aa07a5b093db',
    receivedAt: '2015-02-23T22:28:55.387Z',
    sentAt: '2015-02-23T22:28:55.111Z',
    timestamp: '2015-02-23T22:28:55.111Z',
    traits: {
      name: 'Peter Gibbons',
      email: 'peter@initech.com',
      plan: 'premium',
      logins: 5,
      address: {
        street: '6th St',
        city: 'San Francisco',
        state: 'CA',
        postalCode: '94103',
        country: 'USA',
      },
    },
    type: 'identify',
    userId: '97980cfea0067',
    version: '1.1',
  })
}

/** An id that is null beside another one, and traits or properties that are null, are as if left out. */
export function absent(analytics: Analytics, user: { id: string } | undefined): void {
  analytics.track({ userId: user?.id ?? null, anonymousId: 'a1', event: 'E', properties: null })
  analytics.identify({ userId: 'u1', anonymousId: null, traits: null })
  // @ts-expect-error: both are null
  analytics.track({ userId: null, anonymousId: null, event: 'E' })
}

/** A client that sends nothing needs no key. */
export function disabled(): Analytics {
  // @ts-expect-error: one that sends does
  new Analytics({ disable: false })
  return new Analytics({ disable: true })
}
