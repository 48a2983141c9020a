// What stands above the list: whether it is live, what it leaves out, and what can be done with it.
import { goWith } from '../data/address.js'
import type { LiveMessages } from './use-messages.js'

interface Properties {
  readonly messages: LiveMessages
  readonly filter: string
  readonly isOlder: boolean
  /** The address of what is filtered. */
  readonly download: string
}

const number = new Intl.NumberFormat('en')

export function ListBar({ messages, filter, isOlder, download }: Properties) {
  return (
    <div class="list-bar">
      <p class="status" aria-live="polite">
        {statusOf(messages, isOlder)}
      </p>
      <p class="keys" aria-hidden="true">
        <kbd>j</kbd> <kbd>k</kbd> move
      </p>
      <div class="actions">
        {isOlder ? (
          <button
            type="button"
            class="button small"
            onClick={() => {
              goWith({ before: undefined })
            }}
          >
            Live again
          </button>
        ) : (
          <button
            type="button"
            class="button small"
            aria-pressed={messages.isPaused}
            onClick={messages.togglePause}
          >
            {messages.isPaused ? 'Resume' : 'Pause'} <kbd>p</kbd>
          </button>
        )}
        <a class="button small" href={download} download="messages.ndjson">
          Download{filter === '' ? '' : ' these'}
        </a>
      </div>
    </div>
  )
}

function statusOf({ isPaused, held, skipped, rows }: LiveMessages, isOlder: boolean): string {
  if (isOlder) return 'Older messages: these stand still.'
  if (isPaused) return held === 0 ? 'Paused.' : `Paused. ${number.format(held)} more came.`
  if (skipped > 0) {
    return `A sample: ${number.format(skipped)} of the last second are kept, but not shown here.`
  }
  return rows.length === 0 ? 'Live.' : `Live. The newest ${rows.length}.`
}
