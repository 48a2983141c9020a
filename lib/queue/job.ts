// A job of a shared queue: messages of one lane. It carries the name of a source, never its write key.

import { describeValue } from '../runtime/describe-value.js'

/** What an engine stores of a job, as JSON. */
export interface JobData {
  /** The version of this format. */
  readonly v: 1
  /** The name under which workers know the write key. */
  readonly source: string
  readonly count: number
  /** Each message as JSON text, on a line of its own: `JSON.stringify` writes no line breaks. */
  readonly messages: string
}

/** A job that no worker can deliver. */
export class PoisonedJob extends Error {
  override name = 'PoisonedJob'
}

export function jobOf(source: string, messages: readonly string[]): JobData {
  return { v: 1, source, count: messages.length, messages: messages.join('\n') }
}

/**
 * The source and the messages of a job.
 *
 * @throws PoisonedJob if it is not what `jobOf` made; its message shows nothing of the messages
 */
export function readJob(data: unknown): { source: string; messages: string[] } {
  if (typeof data !== 'object' || data === null)
    throw new PoisonedJob(`the job is ${describeValue(data)}; expected: an object`)
  const { v, source, count, messages } = data as Partial<Record<keyof JobData, unknown>>
  if (typeof v === 'number' && v > 1)
    throw new PoisonedJob(
      `the job has the format ${v}, and this worker knows 1: a newer version of selfsame made it`,
    )
  if (v !== 1 || typeof source !== 'string' || typeof messages !== 'string')
    throw new PoisonedJob('the job was not made by selfsame: it has no source or no messages')
  const lines = messages.split('\n')
  if (lines.length !== count)
    throw new PoisonedJob(`the job is cut off: it has ${lines.length} of ${String(count)} messages`)
  const broken = lines.findIndex((line) => !isMessage(line))
  if (broken >= 0)
    throw new PoisonedJob(`the job is damaged: message ${broken + 1} of ${count} is not JSON`)
  return { source, messages: lines }
}

function isMessage(line: string): boolean {
  if (!line.startsWith('{')) return false
  try {
    JSON.parse(line)
    return true
  } catch {
    return false
  }
}
