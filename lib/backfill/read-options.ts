// Every option of a backfill with its default, checked.

import { resolve } from 'node:path'
import { readOptions, type Settings } from '../client/options/read-options.js'
import { boolean, integer, oneOf, shown, wrong } from '../runtime/check-option.js'
import { checkPlanOption } from '../plan/check-plan-option.js'
import { describeValue } from '../runtime/describe-value.js'
import type { MessageContext } from '../spec/messages.js'
import { optionTable } from './option-table.js'
import type { MaybePlan } from '../spec/planned-calls.js'
import type { BackfillOptions, Mapped } from './options.js'
import type { Progress } from './progress.js'
import type { RejectedRow } from './rejects.js'
import type { RowPosition } from './sources/source.js'

/** How many rejected rows are too many. */
export interface RejectsLimit {
  readonly count: number
  /** A share of the rows read, 0 to 1. */
  readonly share: number
}

/** A share is meaningful only after so many rows. */
export const leastRowsForShare = 100

type Options = BackfillOptions

/** Options of the client, which checks them and has their defaults. */
const clients = [
  ...(['host', 'path', 'maxBatchSize', 'maxBatchBytes', 'maxMessageBytes'] as const),
  ...(['httpRequestTimeout', 'gzip', 'httpClient', 'oauth', 'proxy'] as const),
  ...(['httpAgent', 'httpsAgent', 'integrations', 'delivery'] as const),
]

/** Our own options. */
const table = {
  name: (options: Options) => text(options, 'name', optionTable.name.default),
  map: (options: Options) =>
    functionOr(options, 'map') as
      ((row: unknown, position: RowPosition) => Mapped | Promise<Mapped>) | undefined,
  plan: ({ plan }: Options) => checkPlanOption(plan),
  mapping: (options: Options) =>
    text(options, 'mapping', options.map === undefined ? '' : String(options.map)),
  rate: (options: Options) => number(options, 'rate', optionTable.rate.default),
  timestamp: ({ timestamp }: Options) =>
    timestamp === undefined ? undefined : oneOf({ timestamp }, 'timestamp', ['now']),
  unit: (options: Options) => oneOf(options, 'unit', optionTable.unit.of),
  archived: (options: Options) => boolean(options, 'archived', optionTable.archived.default),
  checkpoint: checkpointOf,
  rejects: rejectsOf,
  maxRejects: ({ maxRejects }: Options) => maxRejectsOf(maxRejects),
  resume: ({ resume }: Options) => resumeOf(resume),
  acceptChanges: (options: Options) =>
    boolean(options, 'acceptChanges', optionTable.acceptChanges.default),
  again: (options: Options) => boolean(options, 'again', optionTable.again.default),
  limit: (options: Options) => integer(options, 'limit', optionTable.limit),
  dryRun: (options: Options) => boolean(options, 'dryRun', optionTable.dryRun.default),
  signal: ({ signal }: Options) => signalOf(signal),
  onProgress: (options: Options) =>
    functionOr(options, 'onProgress') as ((progress: Progress) => void) | undefined,
}

type Table = typeof table

export type BackfillSettings = { readonly [Name in keyof Table]: ReturnType<Table[Name]> } & {
  /** The settings of the delivery, and the context and integrations of every message. */
  readonly client: Settings
}

const known = new Set<string>([
  ...clients,
  ...Object.keys(table),
  ...(['writeKey', 'maxInFlight', 'context', 'active'] satisfies (keyof Options)[]),
])

/** @throws TypeError that names the option, the value and what is allowed */
export function readBackfillOptions<Row, P extends MaybePlan>(
  given: BackfillOptions<Row, P>,
): BackfillSettings {
  if (typeof given !== 'object' || (given as unknown) === null) {
    throw new TypeError(
      `backfill() was given ${describeValue(given)}; allowed: an object of options`,
    )
  }
  refuseUnknown(given)
  const options = given as Options
  const read = Object.entries(table).map(([name, check]) => [name, check(options)])
  const own = Object.fromEntries(read) as Omit<BackfillSettings, 'client'>
  return { ...own, client: clientOf(options, own.dryRun) }
}

function clientOf(options: Options, dryRun: boolean): Settings {
  return readOptions({
    ...Object.fromEntries(clients.map((name) => [name, options[name]])),
    // A dry run needs no key, and of a queue the workers have it. Otherwise the client's check reports a missing one.
    writeKey: options.writeKey ?? (dryRun || options.delivery ? 'none' : undefined),
    // Two batches on their way to a queue could overtake each other.
    maxInFlight: options.maxInFlight ?? (options.delivery ? 1 : optionTable.maxInFlight.default),
    context: contextOf(options),
    // A backfill never gives up on a row because of an outage.
    maxRetries: Infinity,
    maxRetryDuration: Infinity,
    flushOnExit: false,
  })
}

function contextOf({ context, active }: Options): MessageContext | undefined {
  if (active === undefined) return context
  const value: unknown = active
  if (value !== false) throw wrong('active', shown(value), 'false')
  const isFields = typeof (context as unknown) === 'object' && (context as unknown) !== null
  // What is not an object is refused by the client's check.
  if (context !== undefined && (!isFields || Array.isArray(context))) return context
  return { ...context, active: false }
}

function text<O extends object>(options: O, name: keyof O & string, standard: string): string {
  const value: unknown = options[name]
  if (value === undefined) return standard
  if (typeof value === 'string' && value !== '') return value
  throw wrong(name, describeValue(value), 'a non-empty string')
}

function number<O extends object>(options: O, name: keyof O & string, standard: number): number {
  const value: unknown = options[name]
  if (value === undefined) return standard
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value
  throw wrong(name, shown(value), 'a number, 0 or more')
}

function functionOr(options: object, name: string): unknown {
  const value = (options as Record<string, unknown>)[name]
  if (value === undefined || typeof value === 'function') return value
  throw wrong(name, describeValue(value), 'a function')
}

function checkpointOf(options: Options): string | undefined {
  const { checkpoint } = options
  if (checkpoint === false) return undefined
  // A name may contain anything, a file name may not.
  const name = table.name(options)
  const standard = `${name.replace(/[^\p{L}\p{N}._-]+/gu, '-').slice(0, 100)}.checkpoint.json`
  if (checkpoint === undefined) return standard
  if (typeof checkpoint === 'string' && checkpoint !== '') return checkpoint
  throw wrong('checkpoint', shown(checkpoint), 'the path of a file, or false')
}

function rejectsOf(options: Options): string | ((rejected: RejectedRow) => void) {
  const { rejects: value } = options as { rejects: unknown }
  const checkpoint = checkpointOf(options)
  if (value === undefined) return 'rejects.ndjson'
  if (typeof value === 'string' && value !== '') {
    if (checkpoint === undefined || resolve(value) !== resolve(checkpoint)) return value
    throw wrong('rejects', 'the file of the checkpoint', 'a file of its own')
  }
  if (typeof value === 'function') return value as (rejected: RejectedRow) => void
  throw wrong('rejects', shown(value), 'the path of a file, or a function')
}

function resumeOf(value: unknown): boolean {
  if (value === undefined || value === 'auto') return true
  if (typeof value === 'boolean') return value
  throw wrong('resume', shown(value), "'auto', true or false")
}

const percentage = /^(\d+(?:\.\d+)?) ?%$/

function maxRejectsOf(value: unknown): RejectsLimit | undefined {
  if (value === undefined || value === Infinity) return undefined
  if (Number.isInteger(value) && Number(value) >= 0) return { count: Number(value), share: 1 }
  if (typeof value === 'string') {
    if (/^\d+$/.test(value)) return { count: Number(value), share: 1 }
    const share = Number(percentage.exec(value)?.[1] ?? NaN) / 100
    if (share <= 1) return { count: Infinity, share }
  }
  throw wrong('maxRejects', shown(value), "a whole number, 0 or more, or a percentage like '1%'")
}

function signalOf(value: unknown): AbortSignal | undefined {
  if (value === undefined || isSignal(value)) return value
  throw wrong('signal', describeValue(value), 'an AbortSignal')
}

/** Not by its class, which is another one in the realm of a test. */
function isSignal(value: unknown): value is AbortSignal {
  const { aborted, addEventListener } = (value ?? {}) as Partial<AbortSignal>
  return typeof aborted === 'boolean' && typeof addEventListener === 'function'
}

/** A run may take hours, so a typo in an option is an error (`dryrun` would send). */
function refuseUnknown(options: object): void {
  const unknown = Object.keys(options).filter((name) => !known.has(name))
  if (unknown.length === 0) return
  throw new TypeError(`backfill() does not know the option ${unknown.join(', ')}`)
}
