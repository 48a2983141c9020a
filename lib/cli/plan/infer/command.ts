// `selfsame plan infer`: a first plan from messages.

import { formatCount } from '../../shared/words.js'
import { exitCodes, UsageError } from '../../shared/exit-codes.js'
import type { Terminal } from '../../shared/terminal.js'
import { readMessages } from '../messages/read-messages.js'
import type { InferFlags } from '../flags/options.js'
import { writeOutput } from '../write/output.js'
import { typeScriptOf } from '../write/typescript.js'
import { Inference } from './inference.js'

/** @returns the exit code */
export async function runInfer(
  files: readonly string[],
  flags: InferFlags,
  terminal: Terminal,
): Promise<number> {
  const inference = new Inference()
  let broken = 0
  let why: string | undefined
  for await (const read of readMessages(files, flags)) {
    if (read.message) inference.add(read.message)
    else {
      broken += 1
      why ??= `${read.at}: ${read.broken ?? ''}`
    }
  }
  if (inference.count === 0) {
    throw new UsageError(
      why === undefined
        ? 'there is no message'
        : `there is no message: ${why}. Rows that are none need a mapping, as for selfsame backfill`,
    )
  }
  if (broken > 0)
    terminal.tell(`${formatCount(broken)} could not be read, the first at ${why ?? ''}`)
  const remarks = [
    `A first plan, from ${formatCount(inference.count, 'message')}. The comments say how often each was there.`,
    ...inference.remarks(),
  ]
  const document = inference.document({ examples: flags.examples })
  await writeOutput(typeScriptOf(document, { schema: flags.schema, remarks }), flags, terminal)
  return exitCodes.done
}
