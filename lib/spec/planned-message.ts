// The messages of a client that has a plan, as middlewares get them. Types alone.

import type { Message } from './messages.js'
import type {
  AnyPlan,
  MaybePlan,
  PlannedGroupTraits,
  PlannedTraits,
  TypesOf,
} from './planned-calls.js'

/** What JSON makes of a value, and reading it again. */
type Json<T> = 0 extends 1 & T
  ? T
  : T extends Date | bigint
    ? string
    : T extends string | number | boolean | null | undefined
      ? T
      : T extends readonly (infer Item)[]
        ? Json<Item>[]
        : T extends object
          ? { [Key in keyof T]: Json<T[Key]> }
          : unknown

type TrackMessage<Events> = {
  [Event in keyof Events & string]: Message & {
    type: 'track'
    event: Event
    properties: Json<Events[Event]>
  }
}[keyof Events & string]

/**
 * A message as it is going to be sent: `type` and `event` tell which properties or traits it has. With `unplanned:
 * 'allow'`, and unless `onViolation` drops or throws, others may come as well.
 */
export type PlannedMessage<P extends MaybePlan> = 0 extends 1 & P
  ? // Of any client: a subclass of one is compared member by member.
    // eslint-disable-next-line @typescript-eslint/no-explicit-any
    any
  : [P] extends [AnyPlan]
    ? | TrackMessage<TypesOf<P>['events']>
      | (Message & { type: 'identify'; event?: undefined; traits: Json<PlannedTraits<P>> })
      | (Message & { type: 'group'; event?: undefined; traits: Json<PlannedGroupTraits<P>> })
      | (Message & { type: 'page' | 'screen' | 'alias'; event?: undefined })
    : Message
