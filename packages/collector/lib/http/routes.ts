// The routes of the API, and what a parsed body means on each.
import { type Fault, fault } from '../messages/discard.js'
import { isGiven, isObject, type JsonObject, type MessageType } from '../messages/message.js'

/** `'batch'`, or the type of the one message that the body is. */
export type Route = 'batch' | MessageType

const ROUTES: ReadonlyMap<string, Route> = new Map<string, Route>([
  ['/v1/batch', 'batch'],
  // The name that batch once had; Segment's page on historical import still links to it.
  ['/v1/import', 'batch'],
  ['/v1/identify', 'identify'],
  ['/v1/track', 'track'],
  ['/v1/page', 'page'],
  ['/v1/screen', 'screen'],
  ['/v1/group', 'group'],
  ['/v1/alias', 'alias'],
  // The names by which analytics-next, in a browser, calls them.
  ['/v1/b', 'batch'],
  ['/v1/i', 'identify'],
  ['/v1/t', 'track'],
  ['/v1/p', 'page'],
  ['/v1/s', 'screen'],
  ['/v1/g', 'group'],
  ['/v1/a', 'alias'],
])

export function routeOf(path: string): Route | undefined {
  return ROUTES.get(path)
}

/** analytics-next announces its JSON as text, at the short names: these bodies are JSON whatever they say. */
export function isAlwaysJson(path: string): boolean {
  return /^\/v1\/.$/.test(path)
}

/** The path of a request, without its query. A proxy's client sends the whole URL. */
export function pathOf(target: string): string {
  const path = target.replace(/^https?:\/\/[^/?#]*/i, '').split(/[?#]/, 1)[0] ?? ''
  return path === '' ? '/' : path
}

/** What a request brings: its messages, and what it says about all of them. */
export interface Parcel {
  readonly items: readonly unknown[]
  /** The type that a single route stands for. */
  readonly type: MessageType | undefined
  readonly sentAt: unknown
  readonly context: JsonObject | undefined
  readonly integrations: JsonObject | undefined
}

/** A request that is refused as a whole. */
export interface Refusal extends Fault {
  readonly status: number
}

export function refusal(status: number, code: Fault['code'], reason?: string): Refusal {
  return { status, ...fault(code, reason) }
}

/** Opens the body of a request. Nothing in the messages is looked at yet. */
export function openParcel(route: Route, body: JsonObject): Parcel | Refusal {
  if (route !== 'batch') {
    // The key is the request's, not the message's: it is not to turn up where messages are looked at.
    delete body.writeKey
    return {
      items: [body],
      type: route,
      sentAt: undefined,
      context: undefined,
      integrations: undefined,
    }
  }
  const { batch, sentAt, context, integrations } = body
  if (!Array.isArray(batch)) return refusal(400, 'bad_request', 'batch is not an array')
  if (isGiven(context) && !isObject(context)) {
    return refusal(400, 'bad_request', 'context is not an object')
  }
  if (isGiven(integrations) && !isObject(integrations)) {
    return refusal(400, 'bad_request', 'integrations is not an object')
  }
  return {
    items: batch,
    type: undefined,
    sentAt,
    context: isObject(context) ? context : undefined,
    integrations: isObject(integrations) ? integrations : undefined,
  }
}
