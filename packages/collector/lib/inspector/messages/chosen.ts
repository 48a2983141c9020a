// The chosen message, as the address names it.
import type { Row } from './row.js'

/** A kept message by its messageId; one that was refused by its place: its messageId may be another's. */
export type Chosen =
  | { readonly kind: 'kept'; readonly messageId: string }
  | { readonly kind: 'refused'; readonly position: string }

export function chosenIn(query: URLSearchParams): Chosen | undefined {
  const [messageId, position] = [query.get('message'), query.get('refused')]
  if (messageId !== null) return { kind: 'kept', messageId }
  return position === null ? undefined : { kind: 'refused', position }
}

export function isChosen(row: Row, chosen: Chosen | undefined): boolean {
  if (chosen === undefined) return false
  return chosen.kind === 'kept'
    ? row.messageId === chosen.messageId
    : row.messageId === undefined && row.position === chosen.position
}

/** What the address has for this row. */
export function addressOfRow({ messageId, position }: Row): Record<string, string | undefined> {
  return messageId === undefined
    ? { message: undefined, refused: position, tab: undefined }
    : { message: messageId, refused: undefined }
}
