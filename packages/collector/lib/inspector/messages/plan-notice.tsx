// How a message is not as planned.
import type { MessageView } from '../data/answers.js'
import { Notice } from '../parts/notice.js'
import { shown } from '../parts/shown.js'

export function PlanNotice({ violations = [] }: { violations: MessageView['planViolations'] }) {
  if (violations.length === 0) return null
  return (
    <Notice isError>
      Not as planned:
      <ul>
        {violations.map(({ type, field, description }, place) => (
          <li key={place}>
            <code>{shown(field, 100)}</code>: {shown(description, 300)} ({shown(type, 40)})
          </li>
        ))}
      </ul>
    </Notice>
  )
}
