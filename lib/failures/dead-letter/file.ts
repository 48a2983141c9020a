// The file of dead letters: a line of JSON for each message that failed permanently.

import {
  accessSync,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readSync,
  statSync,
  writeSync,
} from 'node:fs'
import { dirname, resolve } from 'node:path'
import { toError } from '../../runtime/describe-value.js'
import { shown, wrong } from '../../runtime/check-option.js'
import { noFollow } from '../../runtime/no-follow.js'
import { isMilestone, warn } from '../../runtime/warnings.js'
import type { DeadLetters, Failed } from './dead-letters.js'
import { writeDeadLetter } from './format.js'

const newline = '\n'.charCodeAt(0)

/**
 * Opened for each write, because it may be renamed or removed at any time, and several processes may share it. Each write
 * consists of whole lines, which O_APPEND keeps together.
 */
export class DeadLetterFile implements DeadLetters {
  readonly #path: string
  readonly areTold = false
  #failedWrites = 0
  count = 0

  /** @throws TypeError if its directory does not exist, or if the path is something other than a file */
  constructor(path: string) {
    this.#path = resolve(path)
    checkPlace(path, this.#path)
  }

  keep(failures: readonly Failed[]): void {
    let text = Buffer.alloc(0)
    let written = 0
    let file: number | undefined
    try {
      text = textOf(failures)
      if (text.length === 0) return
      file = open(this.#path)
      if (!endsWithLine(file)) writeSync(file, '\n')
      // A disk that is nearly full accepts only a part.
      while (written < text.length) written += writeSync(file, text, written)
    } catch (error) {
      this.#warn(toError(error))
    }
    this.count += linesIn(text.subarray(0, written))
    try {
      if (file !== undefined) closeSync(file)
    } catch (error) {
      this.#warn(toError(error))
    }
  }

  #warn(error: Error): void {
    const times = ++this.#failedWrites
    if (!isMilestone(times)) return
    const often = times > 1 ? ` (the ${times}th time)` : ''
    warnOfFile(`${error.message}${often}; what failed is reported all the same`)
  }
}

function warnOfFile(problem: string): void {
  warn('SELFSAME_DEAD_LETTER', `the file of the option deadLetter cannot be written: ${problem}`)
}

function textOf(failures: readonly Failed[]): Buffer<ArrayBuffer> {
  const at = new Date()
  const lines = failures.flatMap(({ error, type }) =>
    error.messages.map((message) => `${writeDeadLetter(error, message, type, at)}\n`),
  )
  return Buffer.from(lines.join(''))
}

/** Finds permanent problems when the program starts. */
function checkPlace(given: string, path: string): void {
  const allowed = 'the path of a file in an existing directory'
  const refuse = (what: string): TypeError =>
    wrong('deadLetter', `${shown(given)}, ${what}`, allowed)
  try {
    if (given.includes('\0')) throw refuse('which has a NUL in it')
    const directory = statSync(dirname(path), { throwIfNoEntry: false })
    if (!directory?.isDirectory()) throw refuse('whose directory does not exist')
    const existing = lstatSync(path, { throwIfNoEntry: false })
    if (existing?.isSymbolicLink() === true) throw refuse('which is a symbolic link')
    if (existing?.isFile() === false) throw refuse('which is not a regular file')
    accessSync(existing ? path : dirname(path), constants.W_OK)
  } catch (error) {
    if (error instanceof TypeError) throw error
    // It may recover: a read-only disk is no reason not to start.
    warnOfFile(toError(error).message)
  }
}

function open(path: string): number {
  const { O_RDWR, O_APPEND, O_CREAT, O_NONBLOCK } = constants
  // Readable by its owner alone, because it contains traits. A pipe must not block the process.
  const file = openSync(path, O_RDWR | O_APPEND | O_CREAT | noFollow | O_NONBLOCK, 0o600)
  if (fstatSync(file).isFile()) return file
  closeSync(file)
  throw new Error(`${path} is not a regular file`)
}

/**
 * False if a write was cut off: what follows then begins on a line of its own, and only the broken line is lost. It is
 * also false while another process is writing; then there is an empty line in between.
 */
function endsWithLine(file: number): boolean {
  const { size } = fstatSync(file)
  if (size === 0) return true
  const last = Buffer.alloc(1)
  return readSync(file, last, 0, 1, size - 1) === 0 || last[0] === newline
}

function linesIn(text: Buffer): number {
  let count = 0
  for (const byte of text) if (byte === newline) count++
  return count
}
