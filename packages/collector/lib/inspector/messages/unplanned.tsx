// How a message is not as planned.
import type { MessageView } from '../data/answers.js'
import { shown } from '../parts/shown.js'

export function Unplanned({ violations = [] }: { violations: MessageView['planViolations'] }) {
  if (violations.length === 0) return null
  return (
    <div class="notice">
      <p>It is not as planned:</p>
      <ul>
        {violations.map(({ type, field, description }) => (
          <li key={`${type} ${field}`}>
            <code>{shown(field, 100)}</code>: {shown(description, 500)}{' '}
            <span class="rule">{type}</span>
          </li>
        ))}
      </ul>
    </div>
  )
}
