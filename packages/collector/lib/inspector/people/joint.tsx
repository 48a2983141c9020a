// A moment of the drawing: the message that joined lanes, or failed to.
import type { Moment } from '../data/answers.js'
import { shown } from '../parts/shown.js'
import { clockOf, dayOf } from '../parts/times.js'
import type { Column } from './drawing.js'
import { BOTTOM, type Geometry, xOf, yOf } from './geometry.js'

interface Properties {
  readonly column: Column
  readonly place: number
  readonly lanes: number
  readonly geometry: Geometry
  readonly hasDay: boolean
  readonly isActive: boolean
  readonly onActive: (messageId: string) => void
  readonly onOpen: (moment: Moment) => void
}

export function JointView(properties: Properties) {
  const { column, place, lanes, geometry, hasDay, isActive, onActive, onOpen } = properties
  const { moment, dots, isJoined } = column
  const { name, type, source } = moment
  const x = xOf(place, geometry)
  const { column: width } = geometry
  const activate = () => {
    onActive(moment.messageId)
  }
  return (
    <g
      class={`joint${isActive ? ' active' : ''}${isJoined ? '' : ' apart'}`}
      onMouseEnter={activate}
    >
      <rect
        class="column"
        role="button"
        tabIndex={0}
        aria-label={labelOf(moment)}
        x={x - width / 2 + 2}
        y={2}
        width={width - 4}
        height={yOf(lanes) + BOTTOM - 4}
        rx={6}
        onFocus={activate}
        onClick={activate}
        onKeyDown={(event) => {
          if (event.key === 'Enter') onOpen(moment)
        }}
      />
      <g aria-hidden="true">
        <text class="joint-name" x={x} y={18}>
          {shown(name ?? type, 14)}
        </text>
        <text class="joint-source" x={x} y={33}>
          {shown(name === undefined ? `from ${source}` : type, 14)}
        </text>
        <Ties column={column} x={x} />
        {dots.map(({ lane, role }) => (
          <Dot key={lane} x={x} y={yOf(lane)} role={role} />
        ))}
        <TimeText iso={moment.timestamp} x={x} y={yOf(lanes) + 6} hasDay={hasDay} />
      </g>
    </g>
  )
}

function Ties({ column: { joint, refused }, x }: { column: Column; x: number }) {
  return (
    <>
      {joint === undefined ? null : (
        <line class="tie" x1={x} x2={x} y1={yOf(joint[0])} y2={yOf(joint[1])} />
      )}
      {refused.map(({ from, to }) =>
        from === undefined ? null : (
          <line key={to} class="refusal" x1={x} x2={x} y1={yOf(from)} y2={yOf(to)} />
        ),
      )}
    </>
  )
}

function Dot({ x, y, role }: { x: number; y: number; role: Column['dots'][number]['role'] }) {
  if (role === 'left out' || role === 'split off') {
    const d = `M${x - 5} ${y - 5}l10 10m0 -10l-10 10`
    return <path class={role === 'left out' ? 'cross' : 'cross split'} d={d} />
  }
  return <circle class={role} cx={x} cy={y} r={role === 'new' ? 5.5 : 4.5} />
}

function TimeText({ iso, x, y, hasDay }: { iso: string; x: number; y: number; hasDay: boolean }) {
  const at = new Date(iso)
  if (Number.isNaN(at.getTime())) return null
  return (
    <>
      <text class="joint-time" x={x} y={y}>
        {clockOf(at).slice(0, 8)}
      </text>
      {hasDay ? (
        <text class="joint-time" x={x} y={y + 14}>
          {dayOf(at)}
        </text>
      ) : null}
    </>
  )
}

function labelOf({ timestamp, type, name = '', source, sentence }: Moment): string {
  const at = new Date(timestamp)
  return shown(`${dayOf(at)} ${clockOf(at)}: ${type} ${name} from ${source}. ${sentence}`, 2000)
}
