// The calls of a client that has a plan: their names, properties and traits are those of the plan. Types alone.

import type {
  CommonFields,
  EventProperties,
  GroupCall,
  GroupTraits,
  Id,
  IdentifyCall,
  Identity,
  PageCall,
  PageProperties,
  ScreenCall,
  TrackCall,
  UserTraits,
} from './messages.js'

/** What a plan says of types: the input of each of its schemas. */
export interface PlanTypes {
  /** By the name of the event. */
  readonly events: object
  readonly traits?: unknown
  readonly groupTraits?: unknown
  /** By the name of the page. */
  readonly pages?: object | undefined
  /** By the name of the screen. */
  readonly screens?: object | undefined
  readonly unplanned?: 'allow' | 'refuse' | undefined
}

/** Any plan that `definePlan()` made, as far as types need to know it. */
export interface AnyPlan {
  readonly kind: 'selfsame.plan'
  /** For the compiler alone: there is no such value. */
  readonly '~types'?: PlanTypes | undefined
}

/** A plan, or `undefined` for a client that has none. */
export type MaybePlan = AnyPlan | undefined

export type TypesOf<P> = P extends { readonly '~types'?: infer T } ? NonNullable<T> : never

/** The same type under a name that says whose it is: the compiler prints it, `PropertiesOf<"Order Completed", …>`. */
// eslint-disable-next-line @typescript-eslint/no-unused-vars -- the name is for the compiler's messages alone
export type PropertiesOf<Name, T> = { [Key in keyof T]: T[Key] }

/** A field that may be left out if nothing in it is required. */
type Part<Field extends string, T> =
  Partial<T> extends T ? Partial<Record<Field, T | null | undefined>> : Record<Field, T>

/** Any name, if those that are not planned are allowed: the planned ones are completed all the same. */
type Names<Named, T> = T extends { readonly unplanned: 'allow' }
  ? (keyof Named & string) | (string & Record<never, never>)
  : keyof Named & string

/** What every call has besides. */
type Rest = CommonFields & Identity

/** Not distributive: the compiler would look at all the events of a plan for each property of each call. */
type FieldOf<Named, Name, Unplanned> = [Name] extends [keyof Named]
  ? PropertiesOf<Name, Named[Name]>
  : Unplanned

/** The names of a plan's events; `string` without a plan. */
export type EventName<P extends MaybePlan> = [P] extends [AnyPlan]
  ? Names<TypesOf<P>['events'], TypesOf<P>>
  : string

/** The names of a plan's pages; `string` if it plans none. */
export type PageName<P extends MaybePlan> = [P] extends [AnyPlan]
  ? TypesOf<P> extends { readonly pages: infer Pages extends object }
    ? Names<Pages, TypesOf<P>>
    : string
  : string

/** The names of a plan's screens; `string` if it plans none. */
export type ScreenName<P extends MaybePlan> = [P] extends [AnyPlan]
  ? TypesOf<P> extends { readonly screens: infer Screens extends object }
    ? Names<Screens, TypesOf<P>>
    : string
  : string

/** The traits of a user that a plan allows. */
export type PlannedTraits<P extends MaybePlan> =
  TypesOf<P> extends { readonly traits: infer T } ? PropertiesOf<'identify', T> : UserTraits

/** The traits of a group that a plan allows. */
export type PlannedGroupTraits<P extends MaybePlan> =
  TypesOf<P> extends { readonly groupTraits: infer T } ? PropertiesOf<'group', T> : GroupTraits

/** `identify()` with the traits of a plan. */
export type PlannedIdentify<P extends MaybePlan, Others = Rest> = [P] extends [AnyPlan]
  ? Part<'traits', PlannedTraits<P>> & Others
  : IdentifyCall

/** `track()` of an event of a plan, with its properties. */
export type PlannedTrack<
  P extends MaybePlan,
  Event extends EventName<P> = EventName<P>,
  Others = Rest,
> = [P] extends [AnyPlan]
  ? {
      /** What happened: one of the events of the plan. */
      event: Event
    } & Part<'properties', FieldOf<TypesOf<P>['events'], Event, EventProperties>> &
      Others
  : TrackCall

/** `page()` of a page of a plan, with its properties. */
export type PlannedPage<
  P extends MaybePlan,
  Name extends PageName<P> = PageName<P>,
  Others = Rest,
> = [P] extends [AnyPlan]
  ? TypesOf<P> extends { readonly pages: infer Pages extends object }
    ? PlannedView<Pages, Name> & Others
    : AnyView & Others
  : PageCall

/** `screen()` of a screen of a plan, with its properties. */
export type PlannedScreen<
  P extends MaybePlan,
  Name extends ScreenName<P> = ScreenName<P>,
  Others = Rest,
> = [P] extends [AnyPlan]
  ? TypesOf<P> extends { readonly screens: infer Screens extends object }
    ? PlannedView<Screens, Name> & Others
    : AnyView & Others
  : ScreenCall

type PlannedView<Named, Name> = {
  /** Which one: one of those of the plan. */
  name: Name
  category?: string | undefined
} & Part<'properties', FieldOf<Named, Name, PageProperties>>

type AnyView = {
  name?: string | undefined
  category?: string | undefined
  properties?: PageProperties | null | undefined
}

/** `group()` with the traits of a plan. */
export type PlannedGroup<P extends MaybePlan, Others = Rest> = [P] extends [AnyPlan]
  ? {
      /** Your database's id of the group. */
      groupId: Id
    } & Part<'traits', PlannedGroupTraits<P>> &
      Others
  : GroupCall
