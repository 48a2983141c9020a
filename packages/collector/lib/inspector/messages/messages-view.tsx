// The view of messages: the filter, the live list, and the chosen message.
import { useEffect, useMemo, useState } from 'preact/hooks'
import { FilterError, parseFilter } from '../../../../../lib/spec/filter/filter.js'
import { type Address, addressWith, goWith } from '../data/address.js'
import { queryOf } from '../data/ask.js'
import { Notice } from '../parts/notice.js'
import { useKeys } from '../parts/use-keys.js'
import { FilterBox } from './filter-box.js'
import { FirstMessage } from './first-message.js'
import { ListBar } from './list-bar.js'
import { MessageList } from './message-list.js'
import { MessagePanel } from './message-panel.js'
import { addressOfRow, chosenIn, isChosen } from './chosen.js'
import type { Row } from './row.js'
import { seenIn } from './seen.js'
import { type LiveMessages, useMessages } from './use-messages.js'

/** How long after the last key a filter is asked, ms. */
const TYPING = 250

export function MessagesView({ address }: { address: Address }) {
  const asked = address.query.get('filter') ?? ''
  const before = address.query.get('before') ?? undefined
  const filter = useFilter(asked)
  const messages = useMessages(filter.valid, before)
  const chosen = chosenIn(address.query)
  const { rows } = messages
  useMessageKeys(rows, messages.togglePause, chosen !== undefined)
  const seen = useMemo(() => seenIn(rows), [rows])
  const isEmpty = messages.isLoaded && rows.length === 0
  return (
    <div class={chosen === undefined ? 'split' : 'split has-panel'}>
      <section class="list-side" aria-label="Messages">
        <h1 class="unseen">Messages</h1>
        <FilterBox text={filter.text} problem={filter.problem} seen={seen} onInput={filter.type} />
        <ListBar
          messages={messages}
          filter={filter.valid}
          isOlder={before !== undefined}
          download={`/_/messages.ndjson${queryOf({ filter: filter.valid })}`}
        />
        {messages.error === undefined ? null : <Notice isError>{messages.error.message}</Notice>}
        {isEmpty && filter.valid === '' && before === undefined ? <FirstMessage /> : null}
        {isEmpty && filter.valid !== '' ? (
          <Notice>No message matches. Those that come and match will stand here.</Notice>
        ) : null}
        <MessageList
          rows={rows}
          isChosen={(row) => isChosen(row, chosen)}
          hasChosen={chosen !== undefined}
        />
        <Older messages={messages} isOlder={before !== undefined} />
      </section>
      {chosen === undefined ? null : (
        <MessagePanel chosen={chosen} tab={address.query.get('tab')} />
      )}
    </div>
  )
}

function Older({ messages, isOlder }: { messages: LiveMessages; isOlder: boolean }) {
  const last = messages.rows.at(-1)?.position
  if (messages.older === undefined || last === undefined) return null
  return (
    <p class="older">
      <a href={addressWith({ before: last })}>Older messages</a>
      {isOlder ? <a href={addressWith({ before: undefined })}>Back to the newest</a> : null}
    </p>
  )
}

/** The text that is being typed, and the newest that could be read: that is what is asked. */
function useFilter(asked: string) {
  const [text, setText] = useState(asked)
  useEffect(() => {
    // Another address was opened; what is typed becomes the address itself, after a pause.
    setText((typed) => (typed.trim() === asked ? typed : asked))
  }, [asked])
  const problem = useMemo(() => problemOf(text), [text])
  useEffect(() => {
    const next = text.trim()
    if (problem !== undefined || next === asked) return undefined
    const timer = window.setTimeout(() => {
      goWith({ filter: next, before: undefined }, { replace: true })
    }, TYPING)
    return () => {
      window.clearTimeout(timer)
    }
  }, [text])
  const valid = useMemo(() => (problemOf(asked) === undefined ? asked : ''), [asked])
  return { text, problem, valid, type: setText }
}

function problemOf(text: string): string | undefined {
  try {
    parseFilter(text)
    return undefined
  } catch (error) {
    return error instanceof FilterError ? error.message : 'This filter cannot be read.'
  }
}

function useMessageKeys(rows: readonly Row[], togglePause: () => void, isOpen: boolean): void {
  const step = (by: number) => {
    const query = new URLSearchParams(window.location.search)
    const chosen = chosenIn(query)
    const place = rows.findIndex((row) => isChosen(row, chosen))
    const next = rows[place < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, place + by))]
    if (next === undefined) return false
    goWith(addressOfRow(next), { replace: chosen !== undefined })
    focusRow(next)
    return true
  }
  useKeys({
    j: () => step(1),
    k: () => step(-1),
    ArrowDown: (event) => isInList(event) && step(1),
    ArrowUp: (event) => isInList(event) && step(-1),
    p: () => {
      togglePause()
      return true
    },
    Escape: () => {
      if (!isOpen) return false
      const row = document.querySelector<HTMLElement>('.rows a[aria-current]')
      goWith({ message: undefined, refused: undefined, tab: undefined })
      row?.focus()
      return true
    },
  })
}

function isInList(event: KeyboardEvent): boolean {
  return event.target instanceof Element && event.target.closest('.rows') !== null
}

function focusRow({ position }: Row): void {
  const row = document.getElementById(`row-${position}`)
  row?.focus({ preventScroll: true })
  row?.scrollIntoView({ block: 'nearest' })
}
