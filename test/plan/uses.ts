// Right and wrong uses of a plan, for compilers: each wrong one fails at its place, with a message that leads to the
// mistake. No schema library: the oldest of the compilers cannot read zod's types.

/** One statement. */
export interface Use {
  readonly code: string
  /** What the compiler marks, and what its message says, related information included; undefined: it compiles. */
  readonly wrong?: {
    readonly at: string
    readonly says: string
    /** What TypeScript 5.0 marks instead, if it finds the mistake in another place. */
    readonly atIn50?: string
  }
}

/** What comes before the uses. */
export const prelude = `
import { Analytics, currentAnalytics, type AnalyticsCalls, type AnalyticsOptions, type BoundAnalytics } from 'selfsame'
import { backfill, type BackfillCall } from 'selfsame/backfill'
import { requestAnalytics } from 'selfsame/express'
import { withAnalytics } from 'selfsame/fetch'
import { definePlan, jsonSchema, typed, type EventName, type PlannedTrack, type StandardSchema } from 'selfsame/plan'

interface Item { sku: string; quantity?: number }
declare const defaulted: StandardSchema<{ theme?: 'dark' | 'light' }, { theme: 'dark' | 'light' }>
const plan = definePlan({
  events: {
    'Order Completed': typed<{ revenue: number; items: Item[] }>(),
    'Signed Up': typed<{ method: 'password' | 'sso' }>(),
    'Logged In': typed<{ method?: string }>(),
    'Settings Saved': defaulted,
  },
  traits: typed<{ email?: string; plan?: 'free' | 'premium' }>(),
  groupTraits: typed<{ name: string }>(),
  pages: { Pricing: typed<{ currency?: string }>(), Checkout: typed<{ step: number }>() },
  screens: { Home: typed<{ tab?: string }>() },
})
const byJson = definePlan({
  events: {
    'Item Rated': jsonSchema({
      type: 'object',
      properties: {
        stars: { type: 'integer' },
        mood: { enum: ['good', 'bad'] },
        at: { type: 'string', format: 'date-time' },
        tags: { type: 'array', items: { type: ['string', 'null'] } },
        by: { anyOf: [{ type: 'string' }, { type: 'object', properties: { id: { type: 'number' } } }] },
      },
      required: ['stars'],
      additionalProperties: false,
    }),
    'Note Taken': jsonSchema({ type: 'object', properties: { text: { type: 'string' } }, additionalProperties: true }),
  },
})
const open = definePlan({ events: { 'Signed Up': typed<{ method: string }>() }, unplanned: 'allow' })
const writeKey = 'key'
const userId = 'u1'
const items: Item[] = []
const analytics = new Analytics({ writeKey, plan })
const lenient = new Analytics({ writeKey, plan: open })
const none = new Analytics({ writeKey })
const jsonly = new Analytics({ writeKey, plan: byJson })
const bound = analytics.with({ userId })
const current = currentAnalytics<typeof plan>()
interface Row { id: number; method: 'password' | 'sso' }
declare const rows: Row[]
declare const request: Request
`

const order = "userId, event: 'Order Completed'"

/** `says` what TypeScript 5.0 to 7 all say. */
export const uses: readonly Use[] = [
  // track
  { code: `analytics.track({ ${order}, properties: { revenue: 9.5, items: [{ sku: 'a' }] } })` },
  {
    code: `analytics.track({ ${order}, properties: { revenue: 9.5, items }, timestamp: new Date() })`,
  },
  { code: `analytics.track({ userId, event: 'Logged In' })` },
  { code: `analytics.track({ userId, event: 'Logged In', properties: {} })` },
  {
    code: `analytics.track({ anonymousId: 'a', event: 'Signed Up', properties: { method: 'sso' } }, (error) => error?.code)`,
  },
  { code: `analytics.track({ userId, event: 'Settings Saved' })` },
  { code: `analytics.track({ userId, event: 'Settings Saved', properties: { theme: 'dark' } })` },
  { code: `const name: EventName<typeof plan> = 'Signed Up'` },
  {
    code: `const call: PlannedTrack<typeof plan, 'Signed Up'> = { userId, event: 'Signed Up', properties: { method: 'sso' } }; analytics.track(call)`,
  },
  {
    code: `analytics.track({ userId, event: 'Signed up', properties: { method: 'sso' } })`,
    wrong: { at: 'event', says: `'"Signed Up"'` },
  },
  {
    code: `analytics.track({ userId, event: 'Ordered' })`,
    wrong: { at: 'event', says: '"Ordered"' },
  },
  {
    code: `analytics.track({ userId, properties: {} })`,
    wrong: { at: '{', says: "Property 'event' is missing" },
  },
  { code: `analytics.track({ userId, event: 42 })`, wrong: { at: 'event', says: '"Signed Up"' } },
  {
    code: `analytics.track({ ${order} })`,
    wrong: { at: '{', says: 'PropertiesOf<"Order Completed"' },
  },
  {
    code: `analytics.track({ ${order}, properties: { items } })`,
    wrong: { at: 'properties', says: 'PropertiesOf<"Order Completed"' },
  },
  {
    code: `analytics.track({ ${order}, properties: { revenue: '9.50', items } })`,
    wrong: { at: 'revenue', says: 'PropertiesOf<"Order Completed"' },
  },
  {
    code: `analytics.track({ ${order}, properties: { revenue: 9.5, items, coupon: 'X' } })`,
    wrong: { at: 'coupon', says: 'PropertiesOf<"Order Completed"' },
  },
  {
    code: `analytics.track({ ${order}, properties: { revenue: 9.5, items: [{ sku: 1 }] } })`,
    wrong: { at: 'sku', says: "declared here on type 'Item'" },
  },
  {
    code: `analytics.track({ ${order}, properties: { revenue: 9.5, items: 'none' } })`,
    wrong: { at: 'items', says: 'PropertiesOf<"Order Completed"' },
  },
  {
    code: `analytics.track({ ${order}, properties: null })`,
    wrong: { at: 'properties', says: 'PropertiesOf<"Order Completed"' },
  },
  {
    code: `analytics.track({ userId, event: 'Signed Up', properties: { method: 'magic' } })`,
    wrong: { at: 'method', says: 'PropertiesOf<"Signed Up"' },
  },
  {
    code: `analytics.track({ userId, event: 'Logged In', properties: { methd: 'sso' } })`,
    wrong: { at: 'methd', says: 'PropertiesOf<"Logged In"' },
  },
  {
    // TypeScript does not say whose property it is where all of them may be left out.
    code: `analytics.track({ userId, event: 'Logged In', properties: { method: 1 } })`,
    wrong: { at: 'method', says: "'number' is not assignable to type 'string'" },
  },
  {
    code: `analytics.track({ event: 'Logged In' })`,
    wrong: { at: '{', says: '"Logged In"' },
  },
  {
    code: `analytics.track({ userId, event: 'Logged In', propertys: {} })`,
    wrong: { at: 'propertys', says: '"Logged In"' },
  },
  {
    code: `const other: EventName<typeof plan> = 'Ordered'`,
    wrong: { at: 'other', says: '"Ordered"' },
  },
  // identify and group
  { code: `analytics.identify({ userId })` },
  { code: `analytics.identify({ userId, traits: { email: 'a@example.com', plan: 'free' } })` },
  { code: `analytics.group({ userId, groupId: 'g1', traits: { name: 'Initech' } })` },
  { code: `analytics.alias({ userId, previousId: 'u0' })` },
  {
    code: `analytics.identify({ userId, traits: { emial: 'a@example.com' } })`,
    wrong: { at: 'emial', says: 'PropertiesOf<"identify"' },
  },
  {
    code: `analytics.identify({ userId, traits: { plan: 'gold' } })`,
    wrong: { at: 'plan', says: '"gold"' },
  },
  {
    code: `analytics.group({ userId, groupId: 'g1' })`,
    wrong: { at: '{', says: 'PropertiesOf<"group"' },
  },
  {
    code: `analytics.group({ userId, groupId: 'g1', traits: { name: 42 } })`,
    wrong: { at: 'name', says: 'PropertiesOf<"group"' },
  },
  // page and screen
  { code: `analytics.page({ userId, name: 'Pricing' })` },
  {
    code: `analytics.page({ userId, name: 'Checkout', category: 'Shop', properties: { step: 2 } })`,
  },
  { code: `analytics.screen({ userId, name: 'Home', properties: { tab: 'new' } })` },
  { code: `analytics.page({ userId, name: 'Prices' })`, wrong: { at: 'name', says: '"Pricing"' } },
  { code: `analytics.page({ userId })`, wrong: { at: '{', says: "Property 'name' is missing" } },
  {
    code: `analytics.page({ userId, name: 'Checkout', properties: { step: 'two' } })`,
    wrong: { at: 'step', says: 'PropertiesOf<"Checkout"' },
  },
  { code: `analytics.screen({ userId, name: 'Hoem' })`, wrong: { at: 'name', says: '"Home"' } },
  // with(), requests, currentAnalytics()
  { code: `bound.track({ event: 'Signed Up', properties: { method: 'sso' } })` },
  { code: `bound.identify()` },
  { code: `bound.with({ anonymousId: 'a' }).track({ event: 'Logged In' })` },
  { code: `current?.track({ event: 'Logged In' })` },
  {
    code: `const handler = withAnalytics(analytics, (_request, { track }) => { track({ event: 'Logged In' }); return new Response() })`,
  },
  { code: `requestAnalytics(analytics)` },
  { code: `bound.track({ event: 'Signed up' })`, wrong: { at: 'event', says: '"Signed Up"' } },
  {
    code: `bound.track({ event: 'Signed Up', properties: { method: 'magic' } })`,
    wrong: { at: 'method', says: 'PropertiesOf<"Signed Up"' },
  },
  {
    code: `bound.with({}).track({ event: 'Signed Up' })`,
    wrong: { at: '{ event', says: 'PropertiesOf<"Signed Up"' },
  },
  { code: `current?.track({ event: 'Ordered' })`, wrong: { at: 'event', says: '"Ordered"' } },
  {
    code: `withAnalytics(analytics, (_request, { track }) => { track({ event: 'Ordered' }); return new Response() })`,
    wrong: { at: 'event', says: '"Ordered"' },
  },
  // middlewares
  {
    code: `analytics.use((message) => (message.event === 'Order Completed' ? { ...message, properties: { revenue: message.properties.revenue * 2 } } : message))`,
  },
  {
    code: `analytics.use((message) => (message.type === 'track' && message.event === 'Signed Up' && message.properties.method === 'sso' ? null : message))`,
  },
  {
    code: `analytics.use((message) => (message.event === 'Ordered' ? null : message))`,
    wrong: { at: 'message.event', says: '"Ordered"' },
  },
  {
    code: `analytics.use((message) => (message.event === 'Signed Up' && message.properties.method === 'magic' ? null : message))`,
    wrong: { at: 'message.properties', says: '"magic"' },
  },
  // backfill
  {
    code: `void backfill(rows, { plan, map: ({ id, method }) => ({ type: 'track', userId: id, event: 'Signed Up', properties: { method } }) })`,
  },
  {
    code: `void backfill(rows, { plan, map: (row): BackfillCall<typeof plan> => ({ type: 'track', userId: row.id, event: 'Signed Up', properties: { method: 'sso' }, timestamp: 0 }) })`,
  },
  {
    code: `void backfill(rows, { plan, map: (row): BackfillCall<typeof plan> => ({ type: 'track', userId: row.id, event: 'Ordered' }) })`,
    wrong: { at: 'event', says: '"Ordered"' },
  },
  {
    code: `void backfill(rows, { plan, map: (row): BackfillCall<typeof plan> => ({ type: 'track', userId: row.id, event: 'Signed Up', properties: { method: 1 } }) })`,
    wrong: { at: 'method', says: 'PropertiesOf<"Signed Up"', atIn50: 'event' },
  },
  {
    code: `void backfill(rows, { plan, map: ({ id, method }) => ({ type: 'track', userId: id, event: 'Ordered', properties: { method } }) })`,
    wrong: { at: 'map', says: '"Ordered"' },
  },
  // a plan that allows others, and none
  { code: `lenient.track({ userId, event: 'Anything', properties: { revenue: 1, x: 'y' } })` },
  { code: `lenient.track({ userId, event: 'Signed Up', properties: { method: 'any' } })` },
  { code: `lenient.page({ userId, name: 'Anything' })` },
  { code: `none.track({ userId, event: 'Anything', properties: { x: 1 } })` },
  { code: `const any: Analytics = none; const calls: AnalyticsCalls = any.with({ userId })` },
  {
    code: `const takes = (calls: AnalyticsCalls<typeof plan>) => calls.track({ userId, event: 'Logged In' }); takes(analytics); takes(bound)`,
  },
  {
    code: `const requests = (calls: BoundAnalytics<typeof plan>) => calls.track({ event: 'Logged In' }); requests(bound)`,
  },
  {
    code: `const options: AnalyticsOptions<typeof plan> = { writeKey, plan, onViolation: ({ violations }) => (violations.length > 1 ? 'drop' : undefined) }`,
  },
  {
    code: `lenient.track({ userId, event: 'Signed Up', properties: { method: 1 } })`,
    wrong: { at: 'method', says: 'PropertiesOf<"Signed Up"' },
  },
  // JSON Schema
  {
    code: `jsonly.track({ userId, event: 'Item Rated', properties: { stars: 5, mood: 'good', at: new Date(), tags: ['a', null], by: { id: 1 } } })`,
  },
  { code: `jsonly.track({ userId, event: 'Note Taken', properties: { text: 'a', more: 1 } })` },
  { code: `jsonly.track({ userId, event: 'Note Taken' })` },
  {
    code: `jsonly.track({ userId, event: 'Item Rated', properties: { mood: 'good' } })`,
    wrong: { at: 'properties', says: 'PropertiesOf<"Item Rated"' },
  },
  {
    code: `jsonly.track({ userId, event: 'Item Rated', properties: { stars: '5' } })`,
    wrong: { at: 'stars', says: 'PropertiesOf<"Item Rated"' },
  },
  {
    code: `jsonly.track({ userId, event: 'Item Rated', properties: { stars: 5, mood: 'fine' } })`,
    wrong: { at: 'mood', says: 'PropertiesOf<"Item Rated"' },
  },
  {
    code: `jsonly.track({ userId, event: 'Item Rated', properties: { stars: 5, starz: 4 } })`,
    wrong: { at: 'starz', says: 'PropertiesOf<"Item Rated"' },
  },
  { code: `jsonSchema({ type: 'strng' })`, wrong: { at: 'type', says: '"strng"' } },
  // the definition
  { code: `definePlan({ events: {} })` },
  { code: `definePlan({ events: { A: {} } })`, wrong: { at: 'A', says: "'~standard'" } },
  {
    code: `definePlan({ events: { A: typed<string>() } })`,
    wrong: { at: 'string', says: "constraint 'object'" },
  },
  { code: `new Analytics({ writeKey, plan: {} })`, wrong: { at: 'plan', says: 'AnyPlan' } },
  {
    code: `new Analytics({ writeKey, plan, onViolation: 'ignore' })`,
    wrong: { at: 'onViolation', says: '"ignore"' },
  },
]
