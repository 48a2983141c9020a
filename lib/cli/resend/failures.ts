// What fails again, in a file of dead letters of its own.

import { closeSync, constants, fstatSync, openSync, readSync, writeSync } from 'node:fs'
import { noFollow } from '../../backfill/checkpoint.js'
import { toError } from '../../runtime/describe-value.js'
import type { BrokenLine } from './letter.js'

/** Made when the first one fails, and not before; an older one is added to. */
export class Failures {
  readonly path: string
  #file: number | undefined
  #count = 0

  constructor(path: string) {
    this.path = path
  }

  get count(): number {
    return this.#count
  }

  /** @throws Error where it cannot be written: what failed would be lost without a word */
  add(failures: readonly string[]): void {
    if (failures.length === 0) return
    try {
      this.#file ??= openForAppending(this.path)
      writeSync(this.#file, `${failures.join('\n')}\n`)
    } catch (error) {
      throw new Error(`${this.path} cannot be written: ${toError(error).message}`, { cause: error })
    }
    this.#count += failures.length
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file)
    this.#file = undefined
  }
}

/** A dead letter again, its message untouched. */
export function lineOfFailure(
  code: string,
  reason: string,
  status: number | undefined,
  message: string,
): string {
  const at = new Date().toISOString()
  return `${JSON.stringify({ at, code, reason, status }).slice(0, -1)},"message":${message}}`
}

/** To be put right, and sent as a file of its own. */
export function lineOfBroken({ line, reason, text }: BrokenLine): string {
  return JSON.stringify({ at: new Date().toISOString(), code: 'unreadable', reason, line, text })
}

function openForAppending(path: string): number {
  const { O_RDWR, O_APPEND, O_CREAT } = constants
  // Only the owner: they are messages about people.
  const file = openSync(path, O_RDWR | O_APPEND | O_CREAT | noFollow, 0o600)
  const { size } = fstatSync(file)
  const last = Buffer.alloc(1)
  if (size > 0 && readSync(file, last, 0, 1, size - 1) === 1 && last.toString() !== '\n')
    writeSync(file, '\n')
  return file
}
