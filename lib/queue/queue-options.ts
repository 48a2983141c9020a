// Options that both engines have.

import { integer, shown, wrong } from '../runtime/check-option.js'

export interface LaneOptions {
  /**
   * How many lanes there are. The messages of one person take one lane, and keep their order; lanes are delivered beside
   * each other. 1 keeps the whole order. Minimum 1, maximum 256.
   * @default 8
   */
  lanes?: number | undefined
  /**
   * The name under which workers know the write key. Letters, digits, `_`, `.` and `-`.
   * @default 'default'
   */
  source?: string | undefined
}

export function checkLanes(options: LaneOptions): number {
  return integer(options, 'lanes', { default: 8, min: 1, max: 256 })
}

/** A name that may stand in the key of a job, on a command line and in a log. */
export function checkName<O extends object>(
  options: O,
  name: keyof O & string,
  standard: string,
): string {
  const value: unknown = options[name]
  if (value === undefined) return standard
  if (typeof value === 'string' && /^[\w.-]{1,64}$/.test(value)) return value
  throw wrong(name, shown(value), "letters, digits, '_', '.' and '-', at most 64")
}

/** 0 if there is none. */
export function checkRate({ rate }: { rate?: number | undefined }): number {
  if (rate === undefined) return 0
  if (typeof rate === 'number' && rate > 0 && rate < Infinity) return rate
  throw wrong('rate', shown(rate), 'a number above 0: messages a second')
}

export function checkConcurrency(options: { concurrency?: number | undefined }): number {
  return integer(options, 'concurrency', { default: 2, min: 1, max: 256 })
}
