// A mapping given by options: which column is the user's id, and which are traits.

import type { BackfillCall, Mapped } from '../../backfill/options.js'
import { UsageError } from '../shared/exit-codes.js'
import { cellTypes, valueOf, type CellType, type EmptyMeaning } from './cells.js'

export const mappedTypes = ['identify', 'track', 'group', 'alias'] as const

/** The options, as commander returns them. */
export interface MappingFlags {
  type?: (typeof mappedTypes)[number]
  userId?: string
  anonymousId?: string
  previousId?: string
  groupId?: string
  timestamp?: string
  timestampNow?: boolean
  trait?: string[]
  property?: string[]
  event?: string
  eventColumn?: string
  empty?: EmptyMeaning
}

/** The options that determine what becomes of a row. */
const mappingFlags = [
  'type',
  'userId',
  'anonymousId',
  'previousId',
  'groupId',
  'timestamp',
  'timestampNow',
  'trait',
  'property',
  'event',
  'eventColumn',
  'empty',
] as const satisfies (keyof MappingFlags)[]

type Row = Record<string, unknown>

/** `address.city:text=town`: where a value goes, what it becomes, and the column that it comes from. */
interface Field {
  readonly path: readonly string[]
  readonly type: CellType
  readonly column: string
}

/** Stands for every column that no option names. */
const rest = '*'

export class FlagMapping {
  /** Every column that an option names. */
  readonly columns: readonly string[]
  readonly #flags: MappingFlags
  readonly #fields: readonly Field[]
  readonly #takesRest: boolean

  /** @throws UsageError */
  constructor(flags: MappingFlags) {
    const { type = 'identify', trait = [], property = [] } = flags
    this.#flags = { ...flags, type }
    const specs = type === 'track' ? property : trait
    // Objects come before their fields.
    this.#fields = specs
      .filter((spec) => spec !== rest)
      .map(fieldOf)
      .sort((a, b) => a.path.length - b.path.length)
    this.#takesRest = specs.includes(rest)
    check(this.#flags)
    const { userId, anonymousId, previousId, groupId, timestamp, eventColumn } = flags
    const own = [userId, anonymousId, previousId, groupId, timestamp, eventColumn]
    this.columns = [
      ...new Set([
        ...own.filter((column) => column !== undefined),
        ...this.#fields.map(({ column }) => column),
      ]),
    ]
  }

  /** Whether any option maps something. */
  static isGiven(flags: MappingFlags): boolean {
    const { userId, anonymousId, previousId, groupId, trait, property, event, eventColumn } = flags
    const options = [userId, anonymousId, previousId, groupId, trait, property, event, eventColumn]
    return options.some((option) => option !== undefined)
  }

  /** Identifies the mapping in a checkpoint. */
  get text(): string {
    return JSON.stringify(mappingFlags.map((name) => [name, this.#flags[name]]))
  }

  map(row: Row): Mapped {
    const { type, userId, anonymousId, previousId, groupId, timestamp, event, eventColumn } =
      this.#flags
    const call: Row = { type }
    const put = (name: string, column: string | undefined): void => {
      if (column === undefined) return
      const value = row[column]
      // An empty cell is not an id.
      if (value !== '' && value !== null && value !== undefined) call[name] = value
    }
    put('userId', userId)
    put('anonymousId', anonymousId)
    put('previousId', previousId)
    put('groupId', groupId)
    put('timestamp', timestamp)
    if (type === 'track') {
      call.event = event
      put('event', eventColumn)
      call.properties = this.#valuesOf(row)
    } else if (type !== 'alias') call.traits = this.#valuesOf(row)
    return call as unknown as BackfillCall
  }

  #valuesOf(row: Row): Row {
    const { empty = 'skip' } = this.#flags
    const values: Row = {}
    if (this.#takesRest) {
      for (const [column, cell] of Object.entries(row)) {
        if (this.columns.includes(column)) continue
        const value = valueOf(cell, 'text', empty, column)
        if (value !== undefined) values[column] = value
      }
    }
    for (const { path, type, column } of this.#fields) {
      const value = valueOf(row[column], type, empty, column)
      if (value !== undefined) setAt(values, path, value)
    }
    return values
  }
}

function fieldOf(spec: string): Field {
  const at = spec.indexOf('=')
  const target = at < 0 ? spec : spec.slice(0, at)
  const [, name = target, word] = /^(.*):(\w+)$/.exec(target) ?? []
  const type = cellTypes.find((each) => each === word)
  if (at >= 0 && word !== undefined && type === undefined)
    throw new UsageError(`the type :${word} is not known; allowed: ${cellTypes.join(', ')}`)
  // Without a known type, the colon belongs to the name.
  const path = type === undefined ? target : name
  const column = at < 0 ? path : spec.slice(at + 1)
  // A dot makes an object only if the column is given separately: the name of a column may contain dots.
  const parts = at < 0 ? [path] : path.split('.')
  if (column === '' || parts.includes('') || parts.includes('__proto__'))
    throw new UsageError(
      `--trait or --property '${spec}' is not understood; allowed: NAME, NAME=COLUMN, NAME:TYPE=COLUMN`,
    )
  return { path: parts, type: type ?? 'text', column }
}

function setAt(values: Row, path: readonly string[], value: unknown): void {
  let target = values
  for (const part of path.slice(0, -1)) {
    const inner = target[part]
    const next = typeof inner === 'object' && inner !== null ? (inner as Row) : {}
    target[part] = next
    target = next
  }
  target[path.at(-1) ?? ''] = value
}

function check(flags: MappingFlags): void {
  const { type, userId, anonymousId, previousId, groupId, timestamp, timestampNow } = flags
  const { event, eventColumn, property, trait } = flags
  const need = (isThere: boolean, what: string): void => {
    if (!isThere) throw new UsageError(what)
  }
  need(
    userId !== undefined || anonymousId !== undefined,
    'no column is the user: give --user-id COLUMN or --anonymous-id COLUMN',
  )
  need(
    timestamp !== undefined || timestampNow === true,
    'no column is the time: give --timestamp COLUMN, or --timestamp-now if it happens now',
  )
  if (type === 'track') {
    need(
      event !== undefined || eventColumn !== undefined,
      'a track needs --event NAME or --event-column COLUMN',
    )
    need(trait === undefined, 'a track has properties: give --property instead of --trait')
  } else {
    need(
      event === undefined && eventColumn === undefined,
      `--event and --event-column are for --type track; this is ${type ?? 'identify'}`,
    )
    need(property === undefined, 'properties are those of --type track; give --trait')
  }
  if (type === 'group') need(groupId !== undefined, 'a group needs --group-id COLUMN')
  if (type === 'alias') {
    need(
      userId !== undefined && previousId !== undefined,
      'an alias needs --user-id COLUMN and --previous-id COLUMN',
    )
    need(trait === undefined, 'an alias has no traits')
  }
}
