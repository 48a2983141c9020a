// The drawing of how a person came together: where its lines and joints are. Columns are moments, lanes identifiers.
import type { Identifier, Moment, Part } from '../data/answers.js'

/** The most that is drawn: more could not be read. */
const MOST_MOMENTS = 60

export interface Lane extends Identifier {
  /** `own`: of this person. `other`: of somebody else. `nobody`: a rule left it out, and nobody has it. */
  readonly whose: 'own' | 'other' | 'nobody'
  /** The profile of somebody else. */
  readonly ownerId: string | undefined
  readonly spans: readonly Span[]
}

/** A piece of a lane's line, in columns. */
export interface Span {
  readonly from: number
  readonly to: number
  /** Whether it belongs to the person by then, or is still somebody by itself. */
  readonly isJoined: boolean
}

export interface Column {
  readonly moment: Moment
  readonly dots: readonly { readonly lane: number; readonly role: Part['role'] }[]
  /** Whether its lanes belong to the person by then. */
  readonly isJoined: boolean
  /** The lanes between which it is joined, from above to below. */
  readonly joint: readonly [number, number] | undefined
  /** The lanes that were not joined, each with the nearest of those that it came with. */
  readonly refused: readonly { readonly from: number | undefined; readonly to: number }[]
}

export interface Drawing {
  readonly lanes: readonly Lane[]
  readonly columns: readonly Column[]
  /** How many earlier moments are left out. */
  readonly hidden: number
}

/** @param own - The identifiers that the person has now. */
export function drawingOf(
  moments: readonly Moment[],
  own: readonly Identifier[],
  personIds: readonly string[],
): Drawing {
  const sketch = new Sketch(new Set(own.map(keyOf)), new Set(personIds))
  for (const moment of moments) sketch.add(moment)
  return sketch.finished(Math.max(0, moments.length - MOST_MOMENTS))
}

interface OpenLane extends Identifier {
  readonly whose: Lane['whose']
  readonly ownerId: string | undefined
  readonly spans: Span[]
  /** Where the current span began; undefined if the line has ended. */
  from: number | undefined
  isJoined: boolean
}

class Sketch {
  readonly #own: ReadonlySet<string>
  readonly #personIds: ReadonlySet<string>
  readonly #lanes: OpenLane[] = []
  readonly #places = new Map<string, number>()
  readonly #columns: Column[] = []
  /** Which lanes belong together, by lane. */
  readonly #groups: number[] = []

  constructor(own: ReadonlySet<string>, personIds: ReadonlySet<string>) {
    this.#own = own
    this.#personIds = personIds
  }

  add(moment: Moment): void {
    const column = this.#columns.length
    const isOwn = moment.profileId !== null && this.#personIds.has(moment.profileId)
    const dots = moment.parts.map((part) => ({
      lane: this.#laneOf(part, column, isOwn),
      role: part.role,
    }))
    const tied = dots.filter(({ role }) => role !== 'left out' && role !== 'split off')
    if (isOwn) this.#join(tied.map(({ lane }) => lane))
    this.#turn(column)
    for (const { lane, role } of dots) if (role === 'split off') this.#end(lane, column)
    const places = tied.map(({ lane }) => lane)
    this.#columns.push({
      moment,
      dots,
      isJoined: tied.some(({ lane }) => this.#lanes[lane]?.isJoined),
      joint: places.length < 2 ? undefined : [Math.min(...places), Math.max(...places)],
      refused: dots
        .filter(({ role }) => role === 'left out')
        .map(({ lane }) => ({ from: nearest(lane, places), to: lane })),
    })
  }

  finished(hidden: number): Drawing {
    const end = this.#columns.length
    const columns = this.#columns.slice(hidden)
    const used = new Set(columns.flatMap(({ dots }) => dots.map(({ lane }) => lane)))
    const kept = this.#lanes.map((lane, place) => used.has(place) || this.#own.has(keyOf(lane)))
    // Lanes without a line and without a dot are left out, and those below them go up.
    const places = kept.map((_, place) => kept.slice(0, place).filter(Boolean).length)
    const moved = (lane: number) => places[lane] ?? lane
    return {
      hidden,
      lanes: this.#lanes
        .filter((_, place) => kept[place])
        .map(({ from, isJoined, ...lane }) => ({
          ...lane,
          spans: [...lane.spans, ...(from === undefined ? [] : [{ from, to: end, isJoined }])]
            .map((span) => ({
              ...span,
              from: Math.max(span.from - hidden, -0.5),
              to: span.to - hidden,
            }))
            .filter(({ from: start, to }) => to > start),
        })),
      columns: columns.map((column) => ({
        ...column,
        dots: column.dots.map((dot) => ({ ...dot, lane: moved(dot.lane) })),
        joint: column.joint && [moved(column.joint[0]), moved(column.joint[1])],
        refused: column.refused.map(({ from, to }) => ({
          from: from === undefined ? undefined : moved(from),
          to: moved(to),
        })),
      })),
    }
  }

  #laneOf(part: Part, column: number, isOwnMoment: boolean): number {
    const key = keyOf(part)
    const known = this.#places.get(key)
    if (known !== undefined) return known
    const place = this.#lanes.length
    const isHere = this.#own.has(key) || (isOwnMoment && part.role !== 'left out')
    const isOthers = part.role !== 'left out' || this.#isOther(part.ownerId)
    const whose = isHere ? 'own' : isOthers ? 'other' : 'nobody'
    const hasLine = part.role !== 'left out' || isHere || isOthers
    const { type, value, ownerId } = part
    this.#lanes.push({
      type,
      value,
      ownerId: whose === 'other' ? ownerId : undefined,
      whose,
      spans: [],
      from: hasLine ? column : undefined,
      isJoined: false,
    })
    this.#places.set(key, place)
    this.#groups.push(place)
    return place
  }

  #isOther(ownerId: string | undefined): boolean {
    return ownerId !== undefined && !this.#personIds.has(ownerId)
  }

  #join(lanes: readonly number[]): void {
    const groups = new Set(lanes.map((lane) => this.#groups[lane]))
    const into = Math.min(...[...groups].map((group) => group ?? 0))
    this.#groups.forEach((group, lane) => {
      if (groups.has(group)) this.#groups[lane] = into
    })
  }

  /** The first lane is the trunk: what belongs to it by now is drawn as the person. */
  #turn(column: number): void {
    this.#lanes.forEach((lane, place) => {
      const isJoined = lane.whose === 'own' && this.#groups[place] === this.#trunk
      if (isJoined === lane.isJoined) return
      if (lane.from !== undefined && lane.from < column) {
        lane.spans.push({ from: lane.from, to: column, isJoined: lane.isJoined })
        lane.from = column
      }
      lane.isJoined = isJoined
    })
  }

  get #trunk(): number | undefined {
    const first = this.#lanes.findIndex(({ whose }) => whose === 'own')
    return this.#groups[first]
  }

  #end(place: number, column: number): void {
    const lane = this.#lanes[place]
    if (lane?.from === undefined) return
    lane.spans.push({ from: lane.from, to: column, isJoined: lane.isJoined })
    lane.from = undefined
  }
}

function nearest(lane: number, others: readonly number[]): number | undefined {
  return others.toSorted((a, b) => Math.abs(a - lane) - Math.abs(b - lane))[0]
}

function keyOf({ type, value }: Identifier): string {
  return `${type}\0${value}`
}
