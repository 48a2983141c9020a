// The newest messages of a person.
import { addressOf } from '../data/address.js'
import type { PersonView } from '../data/answers.js'
import { Time } from '../parts/time.js'
import { rowOf } from '../messages/row.js'

export function EventList({ person: { id, messages } }: { person: PersonView }) {
  const rows = messages.map(rowOf)
  return (
    <>
      <ul class="events">
        {rows.map(({ position, at, type, name, hint, source, messageId }) => (
          <li key={position}>
            <a href={addressOf([], { filter: `profile:${id}`, message: messageId })}>
              <span class="time">{at === '' ? null : <Time iso={at} />}</span>
              <span class={`type is-${type}`}>{type}</span>
              <span class="name">
                <bdi>{name}</bdi> <span class="hint">{hint}</span>
              </span>
              <bdi class="muted source">{source}</bdi>
            </a>
          </li>
        ))}
      </ul>
      <p>
        <a href={addressOf([], { filter: `profile:${id}` })}>All messages of this person</a>
      </p>
    </>
  )
}
