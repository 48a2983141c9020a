// A client whose calls are about somebody already: the same six, with ids and context that need not be said again.

import type { Binding } from '../message/compose.js'
import { withDefaults } from '../spec/merge.js'
import { isPlain } from '../spec/plain.js'
import type {
  AliasCall,
  CommonFields,
  GroupCall,
  Id,
  IdentifyCall,
  MessageContext,
  MessageType,
  PageCall,
  ScreenCall,
  TrackCall,
} from '../spec/messages.js'
import type {
  AnyPlan,
  EventName,
  MaybePlan,
  PageName,
  PlannedGroup,
  PlannedIdentify,
  PlannedPage,
  PlannedScreen,
  PlannedTrack,
  ScreenName,
} from '../spec/planned-calls.js'
import type { Callback } from '../failures/error-reporter.js'

/** Whom a call is about, where the binding says it already. */
export interface BoundIdentity {
  /** Wins over the bound one; null is the same as leaving it out. */
  userId?: Id | null | undefined
  /** Wins over the bound one; null is the same as leaving it out. */
  anonymousId?: Id | null | undefined
}

/** A call in which ids may be left out: the binding has them. */
export type Bound<Call> = Omit<Call, 'userId' | 'anonymousId'> & BoundIdentity

export type MakeCall = (
  type: MessageType,
  call: unknown,
  callback: Callback | undefined,
  binding: Binding,
) => boolean

type BoundRest = CommonFields & BoundIdentity

type Either<P extends MaybePlan, Planned, Call> = [P] extends [AnyPlan] ? Planned : Bound<Call>

/** The six calls with ids that may be left out. As methods, so that a client with a plan may go where any may. */
interface BoundCalls<P extends MaybePlan> {
  identify(
    call?: Either<P, PlannedIdentify<P, BoundRest>, IdentifyCall>,
    callback?: Callback,
  ): boolean
  track<Event extends EventName<P>>(
    call: Either<P, PlannedTrack<P, Event, BoundRest>, TrackCall>,
    callback?: Callback,
  ): boolean
  page<Name extends PageName<P>>(
    call?: Either<P, PlannedPage<P, Name, BoundRest>, PageCall>,
    callback?: Callback,
  ): boolean
  screen<Name extends ScreenName<P>>(
    call?: Either<P, PlannedScreen<P, Name, BoundRest>, ScreenCall>,
    callback?: Callback,
  ): boolean
  group(call: Either<P, PlannedGroup<P, BoundRest>, GroupCall>, callback?: Callback): boolean
  alias(call: Bound<AliasCall>, callback?: Callback): boolean
}

/**
 * What `analytics.with(…)` returns, and what requests have. It holds nothing but its binding. As those of the client
 * its methods may be passed around: `const { track } = req.analytics`.
 *
 * @typeParam P the type of the client's plan: `BoundAnalytics<typeof plan>`
 */
export class BoundAnalytics<P extends MaybePlan = undefined> {
  readonly #call: MakeCall
  readonly #binding: Binding

  /** @internal Made by `analytics.with()`. */
  constructor(call: MakeCall, binding: Binding) {
    this.#call = call
    this.#binding = copyOf(binding)
  }

  /** The bound anonymous id, if any. In a request's analytics it is the browser's, unless that is another user's. */
  get anonymousId(): Id | undefined {
    const { userId, anonymousId, visitor } = this.#binding
    return anonymousId ?? visitor?.anonymousIdFor(undefined, { userId })
  }

  /** The bound user id, if any. */
  get userId(): Id | undefined {
    return this.#binding.userId
  }

  /** As `analytics.identify()`; and so the others as theirs. */
  readonly identify: BoundCalls<P>['identify'] = (call: unknown = {}, callback) =>
    this.#call('identify', call, callback, this.#binding)

  readonly track: BoundCalls<P>['track'] = (call: unknown, callback) =>
    this.#call('track', call, callback, this.#binding)

  readonly page: BoundCalls<P>['page'] = (call: unknown = {}, callback) =>
    this.#call('page', call, callback, this.#binding)

  readonly screen: BoundCalls<P>['screen'] = (call: unknown = {}, callback) =>
    this.#call('screen', call, callback, this.#binding)

  readonly group: BoundCalls<P>['group'] = (call: unknown, callback) =>
    this.#call('group', call, callback, this.#binding)

  readonly alias: BoundCalls<P>['alias'] = (call: unknown, callback) =>
    this.#call('alias', call, callback, this.#binding)

  /** The same with more bound: ids replace those bound before, context is merged over it. */
  readonly with = (binding: Binding): BoundAnalytics<P> => {
    const bound = this.#binding
    const { userId, anonymousId, context, visitor } = copyOf(binding)
    return new BoundAnalytics<P>(this.#call, {
      userId: userId ?? bound.userId,
      anonymousId: anonymousId ?? bound.anonymousId,
      context: merge(bound.context, context),
      visitor: visitor ?? bound.visitor,
    })
  }
}

/** Later changes to the caller's object, which may be used for the next visitor, change no id that was bound. */
function copyOf(binding: Binding | null | undefined): Binding {
  const { userId, anonymousId, context, visitor } = binding ?? {}
  return { userId, anonymousId, context: context ?? undefined, visitor }
}

/** What is no object is kept as it is: the first call that would send it is refused. */
function merge(
  beneath: MessageContext | undefined,
  above: MessageContext | undefined,
): MessageContext | undefined {
  if (above === undefined) return beneath
  const mergeable = beneath !== undefined && isObject(beneath) && isObject(above)
  return mergeable ? withDefaults(beneath, above) : above
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && isPlain(value)
}
