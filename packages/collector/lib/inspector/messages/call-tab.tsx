// The line of code that sends the message.
import type { MessageView } from '../data/answers.js'
import { shownLines } from '../parts/shown-lines.js'
import { RefusedNotice } from './refused-tab.js'

export function CallTab({ code, refused }: { code: string; refused: MessageView['refused'] }) {
  return (
    <>
      <RefusedNotice refused={refused} />
      <pre class="code">
        <code>{shownLines(code)}</code>
      </pre>
    </>
  )
}
