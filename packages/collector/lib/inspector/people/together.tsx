// How the person came together, drawn over time.
import { useMemo, useState } from 'preact/hooks'
import { addressOf, go } from '../data/address.js'
import type { Moment, PersonView } from '../data/answers.js'
import { shown } from '../parts/shown.js'
import { Time } from '../parts/time.js'
import { type Column, type Drawing, drawingOf } from './drawing.js'
import { JointView } from './joint.js'
import { LaneView } from './lane.js'
import { BOTTOM, geometryFor, RIGHT, yOf } from './geometry.js'
import { useNarrow } from './use-narrow.js'

export function Together({ person }: { person: PersonView }) {
  const drawing = useMemo(
    () => drawingOf(person.moments, person.identifiers, [person.id, ...person.merged]),
    [person],
  )
  const [active, setActive] = useState<string>()
  const current = person.moments.find(({ messageId }) => messageId === active)
  if (drawing.columns.length === 0) {
    return <p class="muted">Nothing is left of how this person came together.</p>
  }
  return (
    <figure class="together">
      {drawing.hidden === 0 ? null : (
        <p class="muted">
          The newest {drawing.columns.length} moments; {drawing.hidden} earlier ones are not drawn.
        </p>
      )}
      <div class="scroll">
        <Picture drawing={drawing} active={active} onActive={setActive} />
      </div>
      <figcaption aria-live="polite">
        {current === undefined ? <Legend /> : <MomentText moment={current} />}
      </figcaption>
    </figure>
  )
}

interface PictureProperties {
  readonly drawing: Drawing
  readonly active: string | undefined
  readonly onActive: (messageId: string) => void
}

function Picture({ drawing: { lanes, columns }, active, onActive }: PictureProperties) {
  const geometry = geometryFor(columns.length, useNarrow())
  const width = geometry.left + columns.length * geometry.column + RIGHT
  const height = yOf(lanes.length) + BOTTOM
  return (
    <svg
      class="drawing"
      role="group"
      aria-label="How this person came together: a line for each id, joined by messages"
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
    >
      {lanes.map((lane, place) => (
        <LaneView
          key={`${lane.type} ${lane.value}`}
          lane={lane}
          place={place}
          end={columns.length}
          geometry={geometry}
        />
      ))}
      {columns.map((column, place) => (
        <JointView
          key={column.moment.messageId}
          column={column}
          place={place}
          lanes={lanes.length}
          geometry={geometry}
          hasDay={isNewDay(columns, place)}
          isActive={column.moment.messageId === active}
          onActive={onActive}
          onOpen={openMessage}
        />
      ))}
    </svg>
  )
}

function isNewDay(columns: readonly Column[], place: number): boolean {
  const day = (column: Column | undefined) =>
    column === undefined ? '' : new Date(column.moment.timestamp).toDateString()
  return day(columns[place]) !== day(columns[place - 1])
}

function openMessage({ messageId, type }: Moment): void {
  if (type !== 'split') go(addressOf([], { message: messageId, tab: 'resolution' }))
}

function MomentText({ moment }: { moment: Moment }) {
  const { timestamp, type, name, source, sentence, messageId } = moment
  return (
    <>
      <strong>
        {shown(type)} <bdi>{shown(name ?? '', 80)}</bdi>
      </strong>{' '}
      from <bdi>{shown(source, 60)}</bdi>, <Time iso={timestamp} />. {shown(sentence, 2000)}{' '}
      {type === 'split' ? null : (
        <a href={addressOf([], { message: messageId, tab: 'resolution' })}>The message</a>
      )}
    </>
  )
}

function Legend() {
  return (
    <span class="legend">
      Each line is an id, from the moment it was first seen. Point at a joint, or go to it with Tab,
      to see the message that made it and the rule.
    </span>
  )
}
