// The message as it was kept.
import { jsonOf } from '../parts/shown.js'
import { shownLines } from '../parts/shown-lines.js'

export function RawTab({ value }: { value: unknown }) {
  if (value === undefined) return <p>There is none: the request itself was refused.</p>
  return (
    <pre class="code">
      <code>{shownLines(jsonOf(value, 2))}</code>
    </pre>
  )
}
