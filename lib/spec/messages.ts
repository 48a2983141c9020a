// What a caller may pass to the six calls, and what goes over the wire.

/** The six calls of the Segment spec. */
export const messageTypes = ['identify', 'track', 'page', 'screen', 'group', 'alias'] as const

export type MessageType = (typeof messageTypes)[number]

/** A non-empty string. A finite number is taken as its decimal string. */
export type Id = string | number

/**
 * Who a message is about: your database's id of the user, the anonymous id of the browser or device, or both.
 * Both together are what makes the visitor and the user one person (Segment spec: Identify).
 */
export type Identity =
  | {
      /** Your database's id of the user. It should never change; an e-mail address does. */
      userId: Id
      /** The id that the browser's or device's SDK gave the visitor. */
      anonymousId?: Id | undefined
    }
  | {
      /** Your database's id of the user. It should never change; an e-mail address does. */
      userId?: Id | undefined
      /** The id that the browser's or device's SDK gave the visitor. */
      anonymousId: Id
    }

/** A valid Date, an ISO-8601 string (without a zone: UTC), or epoch **milliseconds**. 1970 to 9999. */
export type Timestamp = Date | string | number

/** A postal address (Segment spec: Identify, Group). */
export interface Address {
  city?: string | undefined
  country?: string | undefined
  postalCode?: string | undefined
  state?: string | undefined
  street?: string | undefined
  [key: string]: unknown
}

/** What is known about a user. Reserved names and their meaning: Segment spec, Identify, Traits. */
export interface UserTraits {
  address?: Address | undefined
  /** In years. */
  age?: number | undefined
  /** The URL of a picture. */
  avatar?: string | undefined
  birthday?: Date | string | undefined
  company?:
    | {
        name?: string | undefined
        id?: Id | undefined
        industry?: string | undefined
        employee_count?: number | undefined
        plan?: string | undefined
        [key: string]: unknown
      }
    | undefined
  /** When the account was created; ISO-8601 is advised. */
  createdAt?: Date | string | number | undefined
  description?: string | undefined
  email?: string | undefined
  firstName?: string | undefined
  gender?: string | undefined
  /** Your database's id of the user. */
  id?: Id | undefined
  lastName?: string | undefined
  /** The full name; derived downstream when only first and last names are given. */
  name?: string | undefined
  phone?: string | undefined
  /** The job title. */
  title?: string | undefined
  username?: string | undefined
  website?: string | undefined
  /** Any trait of your own. `null` removes a trait, a key that is not sent keeps its value. */
  [key: string]: unknown
}

/** What is known about a group. Reserved names: Segment spec, Group, Traits. */
export interface GroupTraits {
  address?: Address | undefined
  /** The URL of a picture. */
  avatar?: string | undefined
  createdAt?: Date | string | number | undefined
  description?: string | undefined
  email?: string | undefined
  employees?: string | number | undefined
  id?: Id | undefined
  industry?: string | undefined
  name?: string | undefined
  phone?: string | undefined
  plan?: string | undefined
  website?: string | undefined
  [key: string]: unknown
}

/** What happened, in detail (Segment spec: Track, Properties). */
export interface EventProperties {
  /** A decimal number. */
  revenue?: number | undefined
  /** ISO 4217, for example `USD`. */
  currency?: string | undefined
  /** An abstract value of the event. */
  value?: number | undefined
  [key: string]: unknown
}

/** Details of a page or screen view (Segment spec: Page, Properties). */
export interface PageProperties {
  name?: string | undefined
  path?: string | undefined
  referrer?: string | undefined
  /** The query string. */
  search?: string | undefined
  title?: string | undefined
  url?: string | undefined
  keywords?: string[] | undefined
  [key: string]: unknown
}

/** The circumstances of a call (Segment spec: Common fields, Context). */
export interface MessageContext {
  /** `false` updates traits without touching "last seen". */
  active?: boolean | undefined
  app?:
    { name?: string; version?: string; build?: string; [key: string]: unknown } | string | undefined
  campaign?:
    | {
        name?: string
        source?: string
        medium?: string
        term?: string
        content?: string
        [key: string]: unknown
      }
    | undefined
  device?:
    | {
        id?: string
        advertisingId?: string
        adTrackingEnabled?: boolean
        manufacturer?: string
        model?: string
        name?: string
        type?: string
        token?: string
        version?: string
        [key: string]: unknown
      }
    | undefined
  /** The user's IP address. */
  ip?: string | undefined
  /** Which library made the message; filled in by this one. */
  library?: { name?: string; version?: string; [key: string]: unknown } | undefined
  /** For example `en-US`. */
  locale?: string | undefined
  network?:
    | {
        bluetooth?: boolean
        carrier?: string
        cellular?: boolean
        wifi?: boolean
        [key: string]: unknown
      }
    | undefined
  os?: { name?: string; version?: string; [key: string]: unknown } | undefined
  page?:
    | {
        path?: string
        referrer?: string
        search?: string
        title?: string
        url?: string
        [key: string]: unknown
      }
    | undefined
  referrer?:
    | { type?: string; name?: string; url?: string; link?: string; [key: string]: unknown }
    | undefined
  screen?: { density?: number; height?: number; width?: number; [key: string]: unknown } | undefined
  /** A tzdata name, for example `America/New_York`. */
  timezone?: string | undefined
  /** The account that a call other than `group` belongs to. */
  groupId?: Id | undefined
  /** Traits of the user on a call other than `identify`; they do not reach the profile. */
  traits?: UserTraits | undefined
  userAgent?: string | undefined
  userAgentData?: Record<string, unknown> | undefined
  /** `server`, `browser` or `mobile`. */
  channel?: string | undefined
  [key: string]: unknown
}

/**
 * Which destinations get a message: a name (case-sensitive) with true, false or an options object; `All` for those
 * that are not named (Segment spec: Common fields, Integrations). `All: false` does not stop warehouses.
 */
export interface Integrations {
  All?: boolean | undefined
  [name: string]: boolean | Record<string, unknown> | undefined
}

/** The fields that every call may have. */
export interface CommonFields {
  /** Merged over the client's own `context`, deep. */
  context?: MessageContext | undefined
  /** Merged over the client's own `integrations`. */
  integrations?: Integrations | undefined
  /** When it happened. Leave it out for what happens now. */
  timestamp?: Timestamp | undefined
  /** What repeated deliveries are recognised by: 1 to 99 characters. Default: a random UUID. */
  messageId?: string | undefined
}

export type IdentifyCall = Identity & CommonFields & { traits?: UserTraits | undefined }

export type TrackCall = Identity &
  CommonFields & {
    /** What happened: a noun and a past-tense verb, for example `Order Completed`. */
    event: string
    properties?: EventProperties | undefined
  }

export type PageCall = Identity &
  CommonFields & {
    name?: string | undefined
    /** Also put into the properties (Segment spec: Page). */
    category?: string | undefined
    properties?: PageProperties | undefined
  }

export type ScreenCall = Identity &
  CommonFields & {
    name?: string | undefined
    category?: string | undefined
    properties?: PageProperties | undefined
  }

export type GroupCall = Identity &
  CommonFields & {
    /** Your database's id of the group. */
    groupId: Id
    traits?: GroupTraits | undefined
  }

export type AliasCall = CommonFields & {
  /** The id from now on. */
  userId: Id
  /** The id until now. */
  previousId: Id
}

/** A message as it goes over the wire. */
export interface Message {
  type: MessageType
  messageId: string
  /** ISO-8601, UTC. */
  timestamp: string
  context: MessageContext
  integrations?: Integrations
  userId?: string
  anonymousId?: string
  groupId?: string
  previousId?: string
  event?: string
  name?: string
  category?: string
  traits?: Record<string, unknown>
  properties?: Record<string, unknown>
  [key: string]: unknown
}
