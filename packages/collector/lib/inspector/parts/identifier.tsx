// An identifier: its type, and its value.
import type { Identifier } from '../data/answers.js'
import { shown } from './shown.js'

export function IdentifierText({ type, value }: Identifier) {
  return (
    <span class="identifier">
      <span class="muted">{shown(type)}</span> <bdi>{shown(value)}</bdi>
    </span>
  )
}
