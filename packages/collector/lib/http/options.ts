// Every option of the collector, its default and its check.
import { isPlan } from '../../../../lib/plan/is-plan.js'
import type { AnyPlan } from '../../../../lib/spec/planned-calls.js'
import { isObject } from '../messages/message.js'
import { Planned } from '../messages/planned.js'
import { type Rules, rulesFrom, type RulesOption } from '../profiles/rules.js'

export interface CollectorOptions {
  /** The port to listen on. @default 0, any free one */
  port?: number | undefined
  /** The address to listen on. @default '127.0.0.1', which only this machine can reach */
  host?: string | undefined
  /**
   * The write keys to accept; any other is answered with 401. A request without a key is always answered with 401.
   * @default undefined, any key
   */
  writeKeys?: readonly string[] | undefined
  /** Whether a message with a messageId that was seen before is dropped. @default true */
  dedup?: boolean | undefined
  /** How long a messageId is remembered, ms. @default 86,400,000 (24 h: the least that Segment promises) */
  dedupWindow?: number | undefined
  /** The largest body of a batch, bytes, after decompression. @default 512,000 (500 KiB) */
  maxBodyBytes?: number | undefined
  /** The largest message, bytes of its JSON in UTF-8. @default 32,768 (32 KiB) */
  maxMessageBytes?: number | undefined
  /** The most messages in a batch. @default 2,500 */
  maxBatchSize?: number | undefined
  /**
   * Where messages, people and tables are kept: the path of a SQLite file, or `postgres://…`. Undefined is memory, which
   * is forgotten at the end. @default undefined
   */
  db?: string | undefined
  /** The name of the source of each write key. @default `source_` and 8 characters of a hash of the key */
  sources?: Readonly<Record<string, string>> | undefined
  /**
   * One space for all sources, by its name: ids that any of them sends belong to the same people. Undefined gives each
   * source a space of its own. @default undefined
   */
  space?: string | undefined
  /** How people are resolved: a preset, or rules that differ from the default ones. @default 'default' */
  rules?: RulesOption | undefined
  /**
   * A plan, as `definePlan()` of `selfsame/plan` makes it: messages that are not as planned are kept, and what is wrong with
   * them is shown beside them. @default undefined: what clients have written of their own
   */
  plan?: AnyPlan | undefined
  /**
   * What those who read must bring, as a Bearer token or the username of HTTP Basic. Needed if `host` is not of this
   * machine alone. @default undefined, which is nothing
   */
  token?: string | undefined
  /** Names under which the collector is reached, besides those of this machine and addresses. @default [] */
  hosts?: readonly string[] | undefined
  /** How many accepted messages `messages` holds, the newest. @default 100,000; 1,000 with `db` */
  maxMessages?: number | undefined
  /**
   * Whether accepted messages are kept in `messages`. With false they are only counted: for benchmarks and soaks.
   * @default true
   */
  keep?: boolean | undefined
  /** How long a client may take to send one request, ms; then it is answered with 408. @default 30,000 */
  requestTimeout?: number | undefined
  /** The clock, ms since 1970: for `receivedAt` and the dedup window. @default Date.now */
  now?: (() => number) | undefined
}

type Defaulted = Exclude<
  keyof CollectorOptions,
  'writeKeys' | 'db' | 'space' | 'rules' | 'plan' | 'token'
>

/** The options with nothing left open. */
export type Settings = {
  readonly [Name in Defaulted]-?: NonNullable<CollectorOptions[Name]>
} & {
  readonly writeKeys: ReadonlySet<string> | undefined
  readonly db: string | undefined
  readonly space: string | undefined
  readonly token: string | undefined
  readonly rules: Rules
  readonly planned: Planned
}

type Check = { readonly allowed: string; readonly test: (value: unknown) => boolean }

const wholeNumber = (from: number, to: number): Check => ({
  allowed: `a whole number from ${from} to ${to}`,
  test: (value) => Number.isInteger(value) && Number(value) >= from && Number(value) <= to,
})
const isTexts = (value: unknown) =>
  Array.isArray(value) && value.every((text) => typeof text === 'string' && text !== '')
const boolean: Check = { allowed: 'a boolean', test: (value) => typeof value === 'boolean' }
const text: Check = {
  allowed: 'a non-empty string',
  test: (value) => typeof value === 'string' && value !== '',
}
const size = wholeNumber(1, 1_073_741_824)

/** Options whose values are not repeated in an error. */
const SECRET = new Set<string>(['writeKeys', 'sources', 'db', 'token'])

const CHECKS: Readonly<Record<keyof CollectorOptions, Check>> = {
  port: wholeNumber(0, 65_535),
  host: text,
  db: text,
  space: text,
  token: text,
  hosts: {
    allowed: 'an array of non-empty strings',
    test: isTexts,
  },
  sources: {
    allowed: 'an object of write keys, each with the name of its source',
    test: (value) =>
      isObject(value) &&
      Object.values(value).every((name) => typeof name === 'string' && name !== ''),
  },
  // Checked where they are read.
  rules: { allowed: 'rules', test: () => true },
  plan: { allowed: 'what definePlan() of selfsame/plan returns', test: isPlan },
  maxMessages: wholeNumber(1, 10_000_000),
  writeKeys: {
    allowed: 'an array of non-empty strings',
    test: isTexts,
  },
  dedup: boolean,
  dedupWindow: {
    allowed: 'a number above 0',
    test: (value) => typeof value === 'number' && value > 0,
  },
  maxBodyBytes: size,
  maxMessageBytes: size,
  maxBatchSize: wholeNumber(1, 1_000_000),
  keep: boolean,
  requestTimeout: wholeNumber(1, 2_147_483_647),
  now: { allowed: 'a function', test: (value) => typeof value === 'function' },
}

/**
 * Checks the options and fills in the defaults.
 *
 * @throws TypeError that names the option, what is allowed and what was given. Write keys, and an address with a password, are not
 * repeated.
 */
export function settle(options: CollectorOptions): Settings {
  for (const [name, value] of Object.entries(options) as [string, unknown][]) {
    if (!isOption(name)) throw new TypeError(`startCollector: there is no option '${name}'`)
    const { allowed, test } = CHECKS[name]
    if (value === undefined || test(value)) continue
    const given = SECRET.has(name) ? '' : `, not ${show(value)}`
    throw new TypeError(`startCollector: ${name} must be ${allowed}${given}`)
  }
  return {
    port: options.port ?? 0,
    host: options.host ?? '127.0.0.1',
    writeKeys: options.writeKeys === undefined ? undefined : new Set(options.writeKeys),
    dedup: options.dedup ?? true,
    dedupWindow: options.dedupWindow ?? 24 * 60 * 60 * 1000,
    maxBodyBytes: options.maxBodyBytes ?? 500 * 1024,
    maxMessageBytes: options.maxMessageBytes ?? 32 * 1024,
    maxBatchSize: options.maxBatchSize ?? 2500,
    keep: options.keep ?? true,
    db: options.db,
    sources: options.sources ?? {},
    space: options.space,
    token: options.token,
    hosts: options.hosts ?? [],
    rules: rulesFrom(options.rules),
    planned: new Planned(options.plan),
    maxMessages: options.maxMessages ?? (options.db === undefined ? 100_000 : 1000),
    requestTimeout: options.requestTimeout ?? 30_000,
    now: options.now ?? Date.now,
  }
}

function show(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : `${typeof value} ${String(value)}`
}

function isOption(name: string): name is keyof CollectorOptions {
  return Object.hasOwn(CHECKS, name)
}
