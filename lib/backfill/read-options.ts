// Every option of a backfill with its default, checked.

import { resolve } from 'node:path'
import { describeValue } from '../runtime/describe-value.js'
import type { MessageContext } from '../spec/messages.js'
import { boolean, integer, oneOf, shown, wrong } from '../runtime/check-option.js'
import { readOptions, type Settings } from '../client/options/read-options.js'
import type { BackfillOptions, Mapped } from './options.js'
import type { Progress } from './progress.js'
import type { RejectedRow } from './rejects.js'
import type { RowPosition } from './source.js'

/** When too many rows are rejected. */
export interface RejectsLimit {
  readonly count: number
  /** Of the rows read, 0 to 1. */
  readonly share: number
}

export interface BackfillSettings {
  /** Those of the delivery, with the context and integrations of every message. */
  readonly client: Settings
  readonly name: string
  readonly map: ((row: unknown, position: RowPosition) => Mapped | Promise<Mapped>) | undefined
  readonly mapping: string
  readonly rate: number
  readonly timestampNow: boolean
  readonly unit: 'milliseconds' | 'seconds'
  readonly archived: boolean
  readonly checkpoint: string | undefined
  readonly rejects: string | ((rejected: RejectedRow) => void)
  readonly maxRejects: RejectsLimit | undefined
  readonly resume: boolean
  readonly acceptChanges: boolean
  readonly limit: number
  readonly dryRun: boolean
  readonly signal: AbortSignal | undefined
  readonly onProgress: ((progress: Progress) => void) | undefined
}

/** As callers without types leave it out: the client's own check says so. */
const missing = undefined as unknown as string

/** A share of the rows means nothing before so many of them. */
export const leastRowsForShare = 100

/** @throws TypeError that names the option, the value and what is allowed */
export function readBackfillOptions<Row>(options: BackfillOptions<Row>): BackfillSettings {
  if (typeof options !== 'object' || (options as unknown) === null) {
    throw new TypeError(
      `backfill() was given ${describeValue(options)}; allowed: an object of options`,
    )
  }
  refuseUnknown(options)
  const dryRun = boolean(options, 'dryRun', false)
  const name = text(options, 'name', 'backfill')
  const checkpoint = checkpointOf(options, name)
  const { map, onProgress, signal, timestamp } = options
  return {
    client: readOptions({
      // A dry run sends nothing.
      writeKey: options.writeKey ?? (dryRun ? 'dry run' : missing),
      host: options.host,
      path: options.path,
      maxBatchSize: options.maxBatchSize,
      maxBatchBytes: options.maxBatchBytes,
      maxMessageBytes: options.maxMessageBytes,
      maxInFlight: options.maxInFlight ?? 4,
      httpRequestTimeout: options.httpRequestTimeout,
      gzip: options.gzip,
      httpClient: options.httpClient,
      oauth: options.oauth,
      proxy: options.proxy,
      httpAgent: options.httpAgent,
      httpsAgent: options.httpsAgent,
      context: contextOf(options),
      integrations: options.integrations,
      // It was asked to deliver these rows, not to give up on them.
      maxRetries: Infinity,
      maxRetryDuration: Infinity,
      flushOnExit: false,
    }),
    name,
    map: functionOr('map', map) as BackfillSettings['map'],
    mapping: text(options, 'mapping', map === undefined ? '' : String(map)),
    rate: number(options, 'rate', 500),
    timestampNow: timestamp !== undefined && Boolean(oneOf(options, 'timestamp', ['now'])),
    unit: oneOf(options, 'unit', ['milliseconds', 'seconds']),
    archived: boolean(options, 'archived', false),
    checkpoint,
    rejects: rejectsOf(options.rejects, checkpoint),
    maxRejects: maxRejectsOf(options.maxRejects),
    resume: resumeOf(options.resume),
    acceptChanges: boolean(options, 'acceptChanges', false),
    limit: integer(options, 'limit', { default: Infinity, min: 1 }),
    dryRun,
    signal: signalOf(signal),
    onProgress: functionOr('onProgress', onProgress),
  }
}

function contextOf<Row>({ context, active }: BackfillOptions<Row>): MessageContext | undefined {
  if (active === undefined) return context
  const value: unknown = active
  if (value !== false) throw wrong('active', shown(value), 'false')
  const isFields = typeof (context as unknown) === 'object' && (context as unknown) !== null
  // What is none is refused where the context of every client is.
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

function functionOr<F>(name: string, value: F | undefined): F | undefined {
  if (value === undefined || typeof value === 'function') return value
  throw wrong(name, describeValue(value), 'a function')
}

function checkpointOf<Row>({ checkpoint }: BackfillOptions<Row>, name: string): string | undefined {
  if (checkpoint === false) return undefined
  // A name may be anything; that of a file may not.
  const standard = `${name.replace(/[^\p{L}\p{N}._-]+/gu, '-').slice(0, 100)}.checkpoint.json`
  if (checkpoint === undefined) return standard
  if (typeof checkpoint === 'string' && checkpoint !== '') return checkpoint
  throw wrong('checkpoint', shown(checkpoint), 'the path of a file, or false')
}

function rejectsOf(value: unknown, checkpoint: string | undefined): BackfillSettings['rejects'] {
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

/** Not by its class: a test's realm has another one. */
function isSignal(value: unknown): value is AbortSignal {
  const { aborted, addEventListener } = (value ?? {}) as Partial<AbortSignal>
  return typeof aborted === 'boolean' && typeof addEventListener === 'function'
}

const known = new Set<string>([
  'writeKey',
  'name',
  'map',
  'mapping',
  'rate',
  'maxInFlight',
  'timestamp',
  'unit',
  'integrations',
  'archived',
  'active',
  'checkpoint',
  'rejects',
  'maxRejects',
  'resume',
  'acceptChanges',
  'limit',
  'dryRun',
  'signal',
  'onProgress',
  'host',
  'path',
  'maxBatchSize',
  'maxBatchBytes',
  'maxMessageBytes',
  'httpRequestTimeout',
  'gzip',
  'httpClient',
  'oauth',
  'proxy',
  'httpAgent',
  'httpsAgent',
  'context',
] satisfies (keyof BackfillOptions)[])

/** A typing error in an option of a run that takes hours is better found before it (`dryrun` would send). */
function refuseUnknown(options: object): void {
  const unknown = Object.keys(options).filter((name) => !known.has(name))
  if (unknown.length === 0) return
  throw new TypeError(`backfill() does not know the option ${unknown.join(', ')}`)
}
