// All messages that a command was told to look at.

import { UsageError } from '../../shared/exit-codes.js'
import type { MessageFlags } from '../flags/options.js'
import { messagesAt, messagesOfStore } from './collected.js'
import type { Read } from './message.js'
import { rowsAsMessages } from './rows.js'

/** @throws UsageError if nothing is named, or options contradict each other */
export async function* readMessages(
  files: readonly string[],
  flags: MessageFlags,
): AsyncGenerator<Read, void> {
  const isStore = flags.store !== undefined || flags.storeEnv !== undefined
  const isQuery = flags.from !== undefined || flags.fromEnv !== undefined
  if (files.length === 0 && !isStore && !isQuery) {
    throw new UsageError(
      "give files of messages, '-' for standard input, the URL of a collector, or --store FILE",
    )
  }
  if (isStore) yield* messagesOfStore(flags)
  if (isQuery) yield* rowsAsMessages(undefined, flags)
  for (const file of files) {
    if (/^https?:\/\//.test(file)) yield* messagesAt(file, flags)
    else yield* rowsAsMessages(file, flags)
  }
}
