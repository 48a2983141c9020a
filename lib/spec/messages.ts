// What a caller may pass to the six calls, and what goes over the wire.

/** The six calls of the Segment spec. */
export const messageTypes = ['identify', 'track', 'page', 'screen', 'group', 'alias'] as const

export type MessageType = (typeof messageTypes)[number]

/** A non-empty string. A finite number is taken as its decimal string. */
export type Id = string | number

/**
 * Who a message is about: your database's id of the user, the anonymous id of the browser or device, or both.
 * Both together make the visitor and the user one person (Segment spec: Identify).
 */
export type Identity =
  | {
      /** Your database's id of the user. It should never change; an e-mail address does. */
      userId?: Id | null | undefined
      /** The id that the browser's or device's SDK gave the visitor. */
      anonymousId: Id
    }
  | {
      /** Your database's id of the user. It should never change; an e-mail address does. */
      userId: Id
      /** The id that the browser's or device's SDK gave the visitor. */
      anonymousId?: Id | null | undefined
    }

/** A valid Date, an ISO-8601 string (without a zone: UTC), or epoch **milliseconds**. 1970 to 9999. */
export type Timestamp = Date | string | number

/**
 * What a trait, property or field of your own may be. It is `any` and not `unknown`, because only then TypeScript lets
 * an interface or a class instance be assigned to the types below.
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type OwnField = any

/** A postal address (Segment spec: Identify, Group). */
export interface Address {
  city?: string | null | undefined
  country?: string | null | undefined
  postalCode?: string | null | undefined
  state?: string | null | undefined
  street?: string | null | undefined
  [key: string]: OwnField
}

/** What you know about a user. Reserved names and their meaning: Segment spec, Identify, Traits. */
export interface UserTraits {
  address?: Address | null | undefined
  /** In years. */
  age?: number | null | undefined
  /** The URL of a picture. */
  avatar?: string | null | undefined
  birthday?: Date | string | null | undefined
  company?:
    | {
        name?: string | null | undefined
        id?: Id | null | undefined
        industry?: string | null | undefined
        employee_count?: number | null | undefined
        plan?: string | null | undefined
        [key: string]: OwnField
      }
    | null
    | undefined
  /** When the account was created; ISO-8601 is advised. */
  createdAt?: Date | string | number | null | undefined
  description?: string | null | undefined
  email?: string | null | undefined
  firstName?: string | null | undefined
  gender?: string | null | undefined
  /** Your database's id of the user. */
  id?: Id | null | undefined
  lastName?: string | null | undefined
  /** The full name; derived downstream when only first and last names are given. */
  name?: string | null | undefined
  phone?: string | null | undefined
  /** The job title. */
  title?: string | null | undefined
  username?: string | null | undefined
  website?: string | null | undefined
  /** Any trait of your own. `null` removes a trait, a key that is not sent keeps its value. */
  [key: string]: OwnField
}

/** What you know about a group. Reserved names: Segment spec, Group, Traits. */
export interface GroupTraits {
  address?: Address | null | undefined
  /** The URL of a picture. */
  avatar?: string | null | undefined
  createdAt?: Date | string | number | null | undefined
  description?: string | null | undefined
  email?: string | null | undefined
  employees?: string | number | null | undefined
  id?: Id | null | undefined
  industry?: string | null | undefined
  name?: string | null | undefined
  phone?: string | null | undefined
  plan?: string | null | undefined
  website?: string | null | undefined
  [key: string]: OwnField
}

/** What happened, in detail (Segment spec: Track, Properties). */
export interface EventProperties {
  /** A decimal number. */
  revenue?: number | null | undefined
  /** ISO 4217, for example `USD`. */
  currency?: string | null | undefined
  /** An abstract value of the event. */
  value?: number | null | undefined
  [key: string]: OwnField
}

/** Details of a page or screen view (Segment spec: Page, Properties). */
export interface PageProperties {
  name?: string | null | undefined
  path?: string | null | undefined
  referrer?: string | null | undefined
  /** The query string. */
  search?: string | null | undefined
  title?: string | null | undefined
  url?: string | null | undefined
  keywords?: string[] | null | undefined
  [key: string]: OwnField
}

/** The circumstances of a call (Segment spec: Common fields, Context). */
export interface MessageContext {
  /** `false` updates traits without touching "last seen". */
  active?: boolean | undefined
  app?:
    | {
        name?: string | undefined
        version?: string | undefined
        build?: string | undefined
        [key: string]: OwnField
      }
    | string
    | undefined
  campaign?:
    | {
        name?: string | undefined
        source?: string | undefined
        medium?: string | undefined
        term?: string | undefined
        content?: string | undefined
        [key: string]: OwnField
      }
    | undefined
  device?:
    | {
        id?: string | undefined
        advertisingId?: string | undefined
        adTrackingEnabled?: boolean | undefined
        manufacturer?: string | undefined
        model?: string | undefined
        name?: string | undefined
        type?: string | undefined
        token?: string | undefined
        version?: string | undefined
        [key: string]: OwnField
      }
    | undefined
  /** The user's IP address. */
  ip?: string | undefined
  /** Which library made the message; filled in by this one. */
  library?:
    { name?: string | undefined; version?: string | undefined; [key: string]: OwnField } | undefined
  /** For example `en-US`. */
  locale?: string | undefined
  network?:
    | {
        bluetooth?: boolean | undefined
        carrier?: string | undefined
        cellular?: boolean | undefined
        wifi?: boolean | undefined
        [key: string]: OwnField
      }
    | undefined
  os?:
    { name?: string | undefined; version?: string | undefined; [key: string]: OwnField } | undefined
  page?:
    | {
        path?: string | undefined
        referrer?: string | undefined
        search?: string | undefined
        title?: string | undefined
        url?: string | undefined
        [key: string]: OwnField
      }
    | undefined
  referrer?:
    | {
        type?: string | undefined
        name?: string | undefined
        url?: string | undefined
        link?: string | undefined
        [key: string]: OwnField
      }
    | undefined
  screen?:
    | {
        density?: number | undefined
        height?: number | undefined
        width?: number | undefined
        [key: string]: OwnField
      }
    | undefined
  /** A tzdata name, for example `America/New_York`. */
  timezone?: string | undefined
  /** The account that a call other than `group` belongs to. */
  groupId?: Id | undefined
  /** Traits of the user on a call other than `identify`; they do not reach the profile. */
  traits?: UserTraits | undefined
  userAgent?: string | undefined
  userAgentData?: Record<string, OwnField> | undefined
  /** `server`, `browser` or `mobile`. */
  channel?: string | undefined
  [key: string]: OwnField
}

/**
 * Which destinations get a message: a name (case-sensitive) with true, false or an options object; `All` for those
 * that are not named (Segment spec: Common fields, Integrations). `All: false` does not stop warehouses.
 */
export interface Integrations {
  All?: boolean | undefined
  [name: string]: boolean | Record<string, OwnField> | undefined
}

/** The fields that every call may have. */
export interface CommonFields {
  /** Merged over the client's own `context`, deep. */
  context?: MessageContext | undefined
  /** Merged over the client's own `integrations`. */
  integrations?: Integrations | undefined
  /** When it happened. Leave it out for what happens now. */
  timestamp?: Timestamp | undefined
  /** Identifies the message, so that repeated deliveries are recognised: 1 to 99 characters. Default: a random UUID. */
  messageId?: string | undefined
  // A message that was copied from elsewhere has these too, and so may a row of a database that is spread into a call.
  /** Where the message comes from: `server`, `browser` or `mobile`. Sent as it is. */
  channel?: unknown
  /** Of the format of the message, as older libraries wrote it. Sent as it is. */
  version?: unknown
  /** Replaced by the name of the call. */
  type?: unknown
  /** Sent as it is. The server uses the one of the request. */
  sentAt?: unknown
  /** Sent as it is, and replaced by the server. */
  receivedAt?: unknown
}

// In these, what the call itself needs comes before Identity: TypeScript reports the first part that does not fit, and
// of a union it reports the last member.

export type IdentifyCall = CommonFields & { traits?: UserTraits | null | undefined } & Identity

export type TrackCall = CommonFields & {
  /** What happened: a noun and a past-tense verb, for example `Order Completed`. */
  event: string
  properties?: EventProperties | null | undefined
} & Identity

export type PageCall = CommonFields & {
  name?: string | undefined
  /** Also put into the properties (Segment spec: Page). */
  category?: string | undefined
  properties?: PageProperties | null | undefined
} & Identity

export type ScreenCall = CommonFields & {
  name?: string | undefined
  category?: string | undefined
  properties?: PageProperties | null | undefined
} & Identity

export type GroupCall = CommonFields & {
  /** Your database's id of the group. */
  groupId: Id
  traits?: GroupTraits | null | undefined
} & Identity

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
