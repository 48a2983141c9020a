// What the API answers, as the page reads it.
import type { MessageRow, Step } from '../../api/asking/detail.js'
import type { ProfileView } from '../../api/asking/views.js'
import type { FoundMessage } from '../../api/arrivals/found.js'
import type { Sender } from '../../api/arrivals/traffic.js'
import type { Cell } from '../../cells/cells.js'
import type { Answer } from '../../faults/misbehave.js'
import type { Explanation } from '../../profiles/explain.js'
import type { Moment, Part } from '../../profiles/moments.js'
import type { Identifier } from '../../profiles/profile.js'

export type {
  Answer,
  Cell,
  Explanation,
  Identifier,
  MessageRow,
  Moment,
  Part,
  ProfileView,
  Sender,
  Step,
}

export type Fields = Readonly<Record<string, unknown>>

export type MessageView = Omit<FoundMessage, 'position'> & { readonly position: string }

export interface Messages {
  readonly messages: readonly MessageView[]
  readonly next: string | null
}

export type MessageDetail = MessageView & {
  readonly steps: readonly Step[]
  readonly rows: readonly MessageRow[]
  readonly discards: readonly Readonly<Record<string, Cell>>[]
}

export interface People {
  readonly profiles: readonly ProfileView[]
  readonly next: number | null
}

export type PersonView = ProfileView & {
  readonly traitTimes: Readonly<Record<string, string>>
  readonly messages: readonly MessageView[]
  readonly moments: readonly Moment[]
}

export interface TableView {
  readonly schema: string | null
  readonly name: string
  readonly columns: readonly { readonly name: string; readonly type: string }[]
  readonly rows: number
}

export type TableRows = TableView & { readonly newest: readonly Readonly<Record<string, Cell>>[] }

export interface SqlAnswer {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly Cell[])[]
  readonly isCut: boolean
}

export interface Summary {
  readonly store: 'memory' | 'sqlite' | 'postgres'
  readonly spaces: readonly string[]
  readonly counts: {
    readonly messages: number
    readonly profiles: number
    readonly identifiers: number
    readonly violations: Readonly<Record<string, number>>
    readonly discards: Readonly<Record<string, number>>
  }
  readonly sinceStart: {
    readonly kept: number
    readonly discarded: number
    readonly duplicates: number
    readonly discards: Readonly<Record<string, number>>
  }
  readonly messagesPerSecond: number
  readonly seconds: readonly number[]
  readonly senders: readonly Sender[]
  readonly newestPeople: {
    readonly people: number
    readonly known: number
    readonly anonymous: number
    readonly becameKnown: number
    readonly identifiersPerPerson: number
  }
}

export interface Faults {
  readonly next: readonly Answer[]
  readonly always: Answer | null
  readonly until?: string
  readonly isFunction: boolean
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
