// The list, the newest first.
import { memo } from './memo.js'
import { addressWith } from '../data/address.js'
import { Time } from '../parts/time.js'
import { addressOfRow } from './chosen.js'
import type { Row } from './row.js'

interface Properties {
  readonly rows: readonly Row[]
  readonly isChosen: (row: Row) => boolean
  readonly hasChosen: boolean
}

export function MessageList({ rows, isChosen, hasChosen }: Properties) {
  if (rows.length === 0) return null
  const first = rows.find(isChosen) ?? (hasChosen ? undefined : rows[0])
  return (
    <>
      <div class="row head" aria-hidden="true">
        <span>Time</span>
        <span>Call</span>
        <span>Name</span>
        <span>Who</span>
        <span class="source">Source</span>
      </div>
      <ol class="rows" aria-label="Messages, the newest first">
        {rows.map((row) => (
          <RowView
            key={row.position}
            row={row}
            isChosen={isChosen(row)}
            isFirst={row === (first ?? rows[0])}
          />
        ))}
      </ol>
    </>
  )
}

/** One of the rows can be reached with Tab: the others by j and k, or the arrows. */
const RowView = memo(function RowView({
  row,
  isChosen,
  isFirst,
}: {
  row: Row
  isChosen: boolean
  isFirst: boolean
}) {
  const { at, type, name, hint, user, anonymous, source, marks } = row
  return (
    <li>
      <a
        id={`row-${row.position}`}
        class="row"
        href={addressWith(addressOfRow(row))}
        // The rest of the address may be another when it is clicked.
        onClick={(event) => {
          event.currentTarget.href = addressWith(addressOfRow(row))
        }}
        tabIndex={isFirst ? 0 : -1}
        aria-current={isChosen ? 'true' : undefined}
      >
        <span class="time">{at === '' ? '' : <Time iso={at} isShort />}</span>
        <span class={`type is-${type}`}>{type}</span>
        <span class="name">
          {name === '' ? null : <bdi>{name}</bdi>}
          {hint === '' ? null : <span class="hint">{hint}</span>}
          {marks.map(({ kind, text }) => (
            <span key={text} class={`mark ${kind}`}>
              {text}
            </span>
          ))}
        </span>
        <span class="who">
          {user === '' ? null : <bdi class="user">{user}</bdi>}
          {anonymous === '' ? null : <bdi class="anonymous">{anonymous}</bdi>}
        </span>
        <span class="source">
          <bdi>{source}</bdi>
        </span>
      </a>
    </li>
  )
})
