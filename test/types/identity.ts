// Every call says whom it is about, or does not compile. Checked by tsc: here, and by test/package in the packed types.
import type { Analytics, Identity } from '../../lib/index.js'

export function ids(analytics: Analytics): void {
  analytics.track({ userId: 'user-1', event: 'Signed Up' })
  analytics.track({ anonymousId: 'anon-1', event: 'Signed Up' })
  analytics.track({ userId: 'user-1', anonymousId: 'anon-1', event: 'Signed Up' })
  analytics.track({ userId: 42, event: 'Signed Up' })
  analytics.track({ userId: undefined, anonymousId: 'anon-1', event: 'Signed Up' })
  analytics.identify({ userId: 'user-1', anonymousId: undefined })
  analytics.page({ anonymousId: 'anon-1' })
  analytics.screen({ anonymousId: 'anon-1' })
  analytics.group({ userId: 'user-1', groupId: 'group-1' })
  analytics.alias({ userId: 'user-1', previousId: 'anon-1' })
}

export function noIds(analytics: Analytics): void {
  // @ts-expect-error: neither a userId nor an anonymousId
  analytics.track({ event: 'Signed Up' })
  // @ts-expect-error: neither of them
  analytics.identify({ traits: { plan: 'premium' } })
  // @ts-expect-error: neither of them
  analytics.page({ name: 'Pricing' })
  // @ts-expect-error: neither of them
  analytics.screen({ name: 'Pricing' })
  // @ts-expect-error: a group is joined by somebody
  analytics.group({ groupId: 'group-1' })
  // @ts-expect-error: the new id is missing
  analytics.alias({ previousId: 'anon-1' })
  // @ts-expect-error: the old id is missing
  analytics.alias({ userId: 'user-1' })
  // @ts-expect-error: no ids at all
  analytics.identify({})
  // @ts-expect-error: not even an object
  analytics.identify()
}

export function unsureIds(analytics: Analytics, session: { userId?: string }): void {
  // @ts-expect-error: the user may not be logged in
  analytics.track({ userId: session.userId, event: 'Signed Up' })
  // @ts-expect-error: null is no id
  analytics.track({ userId: null, event: 'Signed Up' })
  // @ts-expect-error: an object is no id
  analytics.track({ userId: { id: 1 }, event: 'Signed Up' })
  analytics.track({ ...session, anonymousId: 'anon-1', event: 'Signed Up' })
}

/** Who passes an identity on keeps the promise. */
export function passedOn(analytics: Analytics, visitor: Identity): void {
  analytics.track({ ...visitor, event: 'Signed Up' })
  analytics.identify({ ...visitor, traits: { plan: 'premium' } })
}
