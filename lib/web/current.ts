// The analytics of the request that is being served, for code that has no request at hand.

import { AsyncLocalStorage } from 'node:async_hooks'
import type { EventEmitter } from 'node:events'
import type { BoundAnalytics } from '../client/bound-analytics.js'
import type { MaybePlan } from '../spec/planned-calls.js'
import type { RegisteredPlan } from './registered-plan.js'

const key = Symbol.for('selfsame.currentAnalytics')

// One storage for the process: the asynchronous context itself keeps the requests apart. It hangs on the global object
// because a process may load both builds of the package, where ES modules and CommonJS meet, and each is to find it.
const shared = globalThis as { [key]?: AsyncLocalStorage<BoundAnalytics> | undefined }
const storage = sharedStorage()

function sharedStorage(): AsyncLocalStorage<BoundAnalytics> {
  return (shared[key] ??= new AsyncLocalStorage<BoundAnalytics>())
}

/**
 * The analytics that the middleware has bound to the request in whose course this is called; undefined outside of one.
 *
 * @typeParam P the type of the client's plan: `currentAnalytics<typeof plan>()`
 */
export function currentAnalytics<P extends MaybePlan = RegisteredPlan>():
  BoundAnalytics<P> | undefined {
  return storage.getStore()
}

/** Runs what serves a request, so that `currentAnalytics()` finds its analytics there. */
export function runWith<R>(analytics: BoundAnalytics, serve: () => R): R {
  return storage.run(analytics, serve)
}

/** An emitter's `emit`, as it is replaced here. */
interface BoundEmit {
  (event: string | symbol, ...args: unknown[]): boolean
  [key]?: BoundAnalytics
}

/**
 * The same for the listeners of a request and its response. Node calls them from events of the socket, which belongs to
 * no request: `req.on('end')` and `res.on('finish')` would find nothing. An emitter whose `emit` cannot be replaced is
 * left as it is.
 */
export function runListenersWith(analytics: BoundAnalytics, emitter: EventEmitter): void {
  try {
    const { emit } = emitter as { emit?: BoundEmit }
    // A stand-in for a response in a unit test.
    if (typeof emit !== 'function') return
    // Of several clients' middleware the last one's.
    if (emit[key] !== undefined) {
      emit[key] = analytics
      return
    }
    const bound: BoundEmit = (...args) =>
      storage.run(bound[key] ?? analytics, () => Reflect.apply(emit, emitter, args))
    bound[key] = analytics
    // The one property that is set on what is not ours: each costs a request of Express a microsecond (bench/web.js).
    // Not enumerable, as the method that it replaces: who copies or prints the request does not meet it.
    Object.defineProperty(emitter, 'emit', { value: bound, writable: true, configurable: true })
  } catch {
    // Frozen, or a Proxy: its listeners find no analytics, and the request goes on.
  }
}
