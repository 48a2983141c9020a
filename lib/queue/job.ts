// A job of a shared queue: messages of one lane. It carries the name of a source, never its write key.

import { describeValue } from '../runtime/describe-value.js'

/** What an engine stores of a job, as JSON. */
export interface JobData {
  /** The version of this format. */
  readonly v: 1
  /** The name under which workers know the write key. */
  readonly source: string
  readonly count: number
  readonly messages: readonly unknown[]
}

/** A job that no worker can deliver. */
export class PoisonedJob extends Error {
  override name = 'PoisonedJob'
}

/**
 * The JSON text of a job.
 *
 * @param messages each as JSON text
 */
export function jobText(source: string, messages: readonly string[]): string {
  const head = `{"v":1,"source":${JSON.stringify(source)},"count":${messages.length}`
  return `${head},"messages":[${messages.join(',')}]}`
}

/**
 * The source and the messages of a job, each as JSON text.
 *
 * @param data JSON text, or what was parsed from it
 * @throws PoisonedJob if it is not what `jobText` made; its message shows nothing of the messages
 */
export function readJob(data: unknown): { source: string; messages: string[] } {
  const job = typeof data === 'string' ? parsed(data) : data
  if (typeof job !== 'object' || job === null)
    throw new PoisonedJob(`the job is ${describeValue(job)}; expected: an object`)
  const { v, source, count, messages } = job as Partial<Record<keyof JobData, unknown>>
  if (typeof v === 'number' && v > 1)
    throw new PoisonedJob(
      `the job has the format ${v}, and this worker knows 1: a newer version of selfsame made it`,
    )
  if (v !== 1 || typeof source !== 'string' || !Array.isArray(messages))
    throw new PoisonedJob('the job was not made by selfsame: it has no source or no messages')
  if (messages.length !== count)
    throw new PoisonedJob(
      `the job is cut off: it has ${messages.length} of ${String(count)} messages`,
    )
  const broken = messages.findIndex((message) => !isObject(message))
  if (broken >= 0)
    throw new PoisonedJob(`the job is damaged: message ${broken + 1} of ${count} is not an object`)
  return { source, messages: messages.map((message) => JSON.stringify(message)) }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // The error would quote the text.
    throw new PoisonedJob('the job is cut off or damaged: it is not JSON')
  }
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
