// Asks whether ids are to be taken out of a person.
import type { Identifier } from '../data/answers.js'
import { Dialog } from '../parts/dialog.js'
import { IdentifierText } from '../parts/identifier.js'

interface Properties {
  readonly taken: readonly Identifier[]
  readonly onAgree: () => Promise<void>
  readonly onClose: () => void
}

export function SplitDialog({ taken, onAgree, onClose }: Properties) {
  return (
    <Dialog title="Split these ids off?" action="Split off" onAgree={onAgree} onClose={onClose}>
      <ul>
        {taken.map(({ type, value }) => (
          <li key={`${type}:${value}`}>
            <IdentifierText type={type} value={value} />
          </li>
        ))}
      </ul>
      <p>They become a person of their own. No message joins the two again. It cannot be undone.</p>
    </Dialog>
  )
}
