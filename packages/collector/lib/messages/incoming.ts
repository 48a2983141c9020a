// A message on its way into a store.
import type { CollectedMessage } from './message.js'

/** An accepted message, and where it came from. */
export interface Incoming {
  readonly message: CollectedMessage
  /** People are resolved within a space. */
  readonly space: string
  /** The name of the source. Never its write key. */
  readonly source: string
}

/** What became of it. */
export type Outcome =
  | { readonly isDuplicate: true }
  | {
      readonly isDuplicate: false
      /** Its place in the order of arrival. */
      readonly seq: number
      /** The profile it was counted to; undefined if nothing identified it. */
      readonly profileId: string | undefined
      /** The names of the violations it caused, each once. */
      readonly violations: readonly string[]
    }
