// The line of code that sends the message.
import type { MessageView } from '../data/answers.js'
import { shownLines } from '../parts/shown-lines.js'
import { PlanNotice } from './plan-notice.js'
import { RefusedNotice } from './refused-tab.js'

interface Props {
  readonly code: string
  readonly message: MessageView
}

export function CallTab({ code, message: { refused, planViolations } }: Props) {
  return (
    <>
      <RefusedNotice refused={refused} />
      <PlanNotice violations={planViolations} />
      <pre class="code">
        <code>{shownLines(code)}</code>
      </pre>
    </>
  )
}
