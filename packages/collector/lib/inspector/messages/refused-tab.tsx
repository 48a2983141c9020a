// Why a message was not kept.
import type { MessageView } from '../data/answers.js'
import { Notice } from '../parts/notice.js'
import { shown } from '../parts/shown.js'

type Refused = MessageView['refused']

export function RefusedNotice({ refused }: { refused: Refused }) {
  if (refused === undefined) return null
  if (refused.kind === 'duplicate') {
    return (
      <Notice>
        A duplicate: a message with this messageId was kept before, and this one dropped.
      </Notice>
    )
  }
  return (
    <Notice isError>
      Discarded by the rule <code>{refused.code}</code>: {shown(refused.reason ?? '', 500)}. The
      service would answer 200, and drop it as well.
    </Notice>
  )
}

export function RefusedTab({ refused, tab }: { refused: Refused; tab: 'rows' | 'resolution' }) {
  return (
    <>
      <RefusedNotice refused={refused} />
      <p>{tab === 'rows' ? 'It became no rows.' : 'It was counted to nobody.'}</p>
    </>
  )
}
