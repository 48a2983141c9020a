// The chosen message: what it is, and its tabs.
import { addressOf, addressWith, goWith } from '../data/address.js'
import {
  type Fields,
  isFields,
  type MessageDetail,
  type Messages,
  type MessageView,
} from '../data/answers.js'
import { type AskError, queryOf } from '../data/ask.js'
import { useAsked } from '../data/use-asked.js'
import { usePeopleChanges } from '../data/use-changes.js'
import { CopyButton } from '../parts/copy-button.js'
import { Notice } from '../parts/notice.js'
import { jsonOf, shown, shownValue } from '../parts/shown.js'
import { Time } from '../parts/time.js'
import type { Chosen } from './chosen.js'
import { codeOf, curlOf } from './code.js'
import { RawTab } from './raw-tab.js'
import { RefusedTab } from './refused-tab.js'
import { ResolutionTab } from './resolution-tab.js'
import { RowsTab } from './rows-tab.js'
import { CallTab } from './call-tab.js'
import { TabBar } from './tab-bar.js'

const TABS = ['call', 'raw', 'rows', 'resolution'] as const
type Tab = (typeof TABS)[number]

export function MessagePanel({ chosen, tab }: { chosen: Chosen; tab: string | null }) {
  const { message, error } = useChosen(chosen)
  const current: Tab = TABS.find((each) => each === tab) ?? 'call'
  return (
    <section class="panel" aria-label="The chosen message">
      {error !== undefined && message === undefined ? <Missing error={error} /> : null}
      {message === undefined ? null : (
        <>
          <Head message={message} />
          <TabBar
            tabs={TABS}
            current={current}
            addressOf={(each) => addressWith({ tab: each === 'call' ? undefined : each })}
          />
          <div class="tab-content" role="tabpanel" aria-labelledby={`tab-${current}`} tabIndex={0}>
            <Content tab={current} message={message} />
          </div>
        </>
      )}
    </section>
  )
}

function Missing({ error }: { error: AskError }) {
  return (
    <>
      <CloseButton />
      <Notice isError>
        {error.status === 404
          ? 'This message is not here: it was erased, or so many came after it that it is no longer kept.'
          : error.message}
      </Notice>
    </>
  )
}

function Content({ tab, message }: { tab: Tab; message: MessageView | MessageDetail }) {
  const fields = fieldsOf(message)
  if (tab === 'raw') return <RawTab value={message.message} />
  if (tab === 'call') return <CallTab code={codeOf(fields)} message={message} />
  if (!('steps' in message)) return <RefusedTab refused={message.refused} tab={tab} />
  return tab === 'rows' ? <RowsTab message={message} /> : <ResolutionTab message={message} />
}

function Head({ message }: { message: MessageView }) {
  const fields = fieldsOf(message)
  const { receivedAt } = fields
  const at = message.refused?.at ?? (typeof receivedAt === 'string' ? receivedAt : '')
  const title = fields.type === 'track' ? fields.event : (fields.name ?? fields.groupId)
  return (
    <header>
      <div class="title">
        <h2>
          <span class="type">{shownValue(fields.type ?? 'message', 40)}</span>{' '}
          <bdi>{typeof title === 'string' ? shown(title, 100) : ''}</bdi>
        </h2>
        <CloseButton />
      </div>
      <p class="facts">
        {at === '' ? null : <Time iso={at} />}
        <span>
          from <bdi>{shown(message.source ?? 'nowhere', 60)}</bdi>
        </span>
        {typeof message.profileId === 'string' ? (
          <a href={addressOf(['people', message.profileId])}>the person</a>
        ) : null}
      </p>
      <div class="actions">
        <CopyButton label="Copy code" text={() => codeOf(fields)} />
        <CopyButton label="Copy curl" text={() => curlOf(fields, window.location.origin)} />
        <CopyButton label="Copy JSON" text={() => jsonOf(message.message, 2)} />
      </div>
    </header>
  )
}

function CloseButton() {
  return (
    <button
      type="button"
      class="button small close"
      onClick={() => {
        goWith({ message: undefined, refused: undefined, tab: undefined })
      }}
    >
      Close <kbd>Esc</kbd>
    </button>
  )
}

function fieldsOf({ message }: MessageView): Fields {
  return isFields(message) ? message : {}
}

/** Asked again when people changed by hand: whom it is counted to may be another since. */
function useChosen(chosen: Chosen): {
  message: MessageView | MessageDetail | undefined
  error: AskError | undefined
} {
  const version = usePeopleChanges()
  const isKept = chosen.kind === 'kept'
  const kept = useAsked<MessageDetail>(
    isKept ? `/_/messages/${encodeURIComponent(chosen.messageId)}` : undefined,
    version,
  )
  const found = useAsked<Messages>(isKept ? undefined : pathOfRefused(chosen.position))
  if (isKept) return { message: kept.value, error: kept.error }
  const message = found.value?.messages.find(({ position }) => position === chosen.position)
  return { message, error: found.error }
}

/** No route has a refused message by itself; it is the first that comes after the place before its own. */
function pathOfRefused(position: string): string {
  const [seq = '0', order = '1'] = position.split('.')
  const after = `${seq}.${Math.max(0, Number(order) - 1)}`
  return `/_/messages${queryOf({ after, limit: 1, all: 'true' })}`
}
