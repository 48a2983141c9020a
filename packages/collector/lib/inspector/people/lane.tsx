// The line of an identifier, and its name.
import { addressOf } from '../data/address.js'
import { shown } from '../parts/shown.js'
import type { Lane } from './drawing.js'
import { type Geometry, xOf, yOf } from './geometry.js'

interface Properties {
  readonly lane: Lane
  readonly place: number
  /** The column after the last: lines that go on reach it. */
  readonly end: number
  readonly geometry: Geometry
}

export function LaneView({ lane, place, end, geometry }: Properties) {
  const y = yOf(place)
  const { longest } = geometry
  const { type, value, whose, ownerId, spans } = lane
  const name = (
    <>
      <title>{shown(`${type} ${value}`, 500)}</title>
      <rect class="name-area" x={0} y={y - 18} width={geometry.left - 8} height={36} />
      <text class="lane-type" x={0} y={y - 5}>
        {shortened(type, longest)}
        {{ own: '', other: ' · another person', nobody: ' · nobody has it' }[whose]}
      </text>
      <text class="lane-value" x={0} y={y + 11}>
        {shortened(value, longest)}
      </text>
    </>
  )
  return (
    <g class={`lane ${whose}`}>
      {whose === 'other' ? (
        <a href={addressOf(['people', ownerId ?? `${type}:${value}`])}>{name}</a>
      ) : (
        <g>{name}</g>
      )}
      {spans.map(({ from, to, isJoined }) => (
        <line
          key={from}
          class={isJoined ? 'joined' : 'apart'}
          x1={xOf(from, geometry)}
          x2={to === end ? geometry.left + to * geometry.column + 8 : xOf(to, geometry)}
          y1={y}
          y2={y}
        />
      ))}
    </g>
  )
}

/** The middle of a long id tells least. */
function shortened(text: string, longest: number): string {
  const plain = shown(text, 200)
  const characters = Array.from(plain)
  if (characters.length <= longest) return plain
  const start = characters.slice(0, Math.ceil(longest * 0.6)).join('')
  return `${start}…${characters.slice(-Math.floor(longest * 0.3)).join('')}`
}
