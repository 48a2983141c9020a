// The fields of the six calls are typed where the spec names them, and open where it does not.
import type { Analytics, IdentifyCall, TrackCall, UserTraits } from '../../lib/index.js'

const user = { userId: 'user-1' }

export function events(analytics: Analytics): void {
  analytics.track({ ...user, event: 'Order Completed', properties: { revenue: 39.95, size: 'L' } })
  // @ts-expect-error: what happened?
  analytics.track({ ...user })
  // @ts-expect-error: an event's name is text
  analytics.track({ ...user, event: 42 })
  // @ts-expect-error: revenue is a number
  analytics.track({ ...user, event: 'Order Completed', properties: { revenue: '39.95' } })
  // @ts-expect-error: a typing error in the name of a field
  analytics.track({ ...user, event: 'Order Completed', propertys: {} })
  // @ts-expect-error: a group needs its id
  analytics.group({ ...user, traits: { name: 'Initech' } })
}

export function traits(analytics: Analytics): void {
  analytics.identify({
    ...user,
    traits: { email: 'peter@example.com', age: 27, createdAt: new Date(), favouriteColour: 'blue' },
  })
  analytics.identify({ ...user, traits: { company: { name: 'Initech', employee_count: 40 } } })
  // @ts-expect-error: an age is a number
  analytics.identify({ ...user, traits: { age: 'twenty-seven' } })
  // @ts-expect-error: an address is an object
  analytics.identify({ ...user, traits: { address: 'Main Street 1' } })
  // @ts-expect-error: traits are an object
  analytics.identify({ ...user, traits: 'premium' })
  analytics.group({ ...user, groupId: 'group-1', traits: { name: 'Initech', employees: 40 } })
  // @ts-expect-error: a name is text
  analytics.group({ ...user, groupId: 'group-1', traits: { name: 42 } })
}

export function pages(analytics: Analytics): void {
  analytics.page({ ...user, name: 'Pricing', category: 'Docs', properties: { path: '/pricing' } })
  analytics.screen({ ...user, name: 'Pricing', properties: { darkMode: true } })
  // @ts-expect-error: a path is text
  analytics.page({ ...user, properties: { path: 42 } })
}

export function commonFields(analytics: Analytics): void {
  const event = 'Signed Up'
  analytics.track({
    ...user,
    event,
    context: { ip: '203.0.113.7', locale: 'en-US', page: { url: 'https://example.com' }, shop: 7 },
    integrations: { All: false, Amplitude: { session_id: 1 } },
    messageId: 'order-1234',
  })
  analytics.track({ ...user, event, timestamp: new Date() })
  analytics.track({ ...user, event, timestamp: '2026-01-02T03:04:05.678Z' })
  analytics.track({ ...user, event, timestamp: Date.now() })
  // @ts-expect-error: an address is text
  analytics.track({ ...user, event, context: { ip: 42 } })
  // @ts-expect-error: a destination is on, off or has options
  analytics.track({ ...user, event, integrations: { Amplitude: 'yes' } })
  // @ts-expect-error: true is no time
  analytics.track({ ...user, event, timestamp: true })
}

/** The types of the calls have names, for functions around them. */
export function named(analytics: Analytics, traits: UserTraits): boolean {
  const identify: IdentifyCall = { ...user, traits }
  const track: TrackCall = { ...user, event: 'Signed Up', properties: { plan: traits.title } }
  return analytics.identify(identify) && analytics.track(track)
}
