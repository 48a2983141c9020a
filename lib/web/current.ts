// The analytics of the current request, for code that does not have the request.

import { AsyncLocalStorage } from 'node:async_hooks'
import type { EventEmitter } from 'node:events'
import type { BoundAnalytics } from '../client/bound-analytics.js'
import type { MaybePlan } from '../spec/planned-calls.js'
import type { RegisteredPlan } from './registered-plan.js'

const key = Symbol.for('selfsame.currentAnalytics')

// One storage for the process; the asynchronous context keeps requests apart. It is stored on the global object because
// a process may load both the ESM and the CommonJS build, which share it.
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

/** Runs the code that serves a request, so that `currentAnalytics()` finds its analytics. */
export function runWith<R>(analytics: BoundAnalytics, serve: () => R): R {
  return storage.run(analytics, serve)
}

/** The replacement of an emitter's `emit`. */
interface BoundEmit {
  (event: string | symbol, ...args: unknown[]): boolean
  [key]?: BoundAnalytics
}

/**
 * The same for the listeners of a request and its response. Node calls these from events of the socket, which belongs to
 * no request, so `req.on('end')` and `res.on('finish')` would find nothing. An emitter whose `emit` cannot be replaced is
 * left as it is.
 */
export function runListenersWith(analytics: BoundAnalytics, emitter: EventEmitter): void {
  try {
    const { emit } = emitter as { emit?: BoundEmit }
    // A stand-in for a response in a unit test.
    if (typeof emit !== 'function') return
    // With the middleware of several clients, the last one wins.
    if (emit[key] !== undefined) {
      emit[key] = analytics
      return
    }
    const bound: BoundEmit = (...args) =>
      storage.run(bound[key] ?? analytics, () => Reflect.apply(emit, emitter, args))
    bound[key] = analytics
    // The only property set on foreign objects: each costs a request of Express a microsecond (bench/web.js). It is not
    // enumerable, like the method that it replaces, so copies and prints of the request do not show it.
    Object.defineProperty(emitter, 'emit', { value: bound, writable: true, configurable: true })
  } catch {
    // Frozen, or a Proxy. Its listeners find no analytics; the request is not affected.
  }
}
