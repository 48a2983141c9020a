// `directory('/var/lib/app/outbox')`, a value for the option `outbox`: keeps messages on disk.

import { accessSync, constants, lstatSync, mkdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { errorCode, describeValue } from '../../runtime/describe-value.js'
import { integer, oneOf, shown, wrong } from '../../runtime/check-option.js'
import { longestTimer } from '../../runtime/timer.js'
import type { OutboxFactory, OutboxSettings } from '../outbox.js'
import type { Fsync } from './batch-file.js'
import { DiskOutbox } from './disk-outbox.js'

/** Durations are milliseconds. */
export interface DirectoryOptions {
  /**
   * When messages are synced from the system's memory to the disk, where they survive a power failure. With each value
   * they survive the end of the process, including `kill -9`.
   * - `'batch'`: when their batch is full or about to be sent, and every `claimInterval` before that
   * - `'call'`: before the call returns, which then takes as long as the disk does
   * - `false`: when the system decides to
   * @default 'batch'
   */
  fsync?: Fsync | undefined
  /**
   * How old a message may become before it fails as `expired`. Minimum 1; Infinity is allowed.
   * @default 30 days
   */
  maxAge?: number | undefined
  /**
   * How often to look for files left by other processes. Minimum 1.
   * @default 10_000
   */
  claimInterval?: number | undefined
}

const known = new Set(['fsync', 'maxAge', 'claimInterval'] satisfies (keyof DirectoryOptions)[])

/**
 * An outbox on disk (docs/durability.md): a call returns when its message is in a file. What is left when the process
 * ends, however it ends, is delivered by the next one. Several processes may share a directory.
 *
 * @param path created if it does not exist, accessible to its owner alone
 * @throws TypeError that names the argument or option, the value and what is allowed
 */
export function directory(path: string, options: DirectoryOptions = {}): OutboxFactory {
  if (typeof path !== 'string' || path === '') {
    throw new TypeError(`directory() was given ${describeValue(path)}; allowed: a path`)
  }
  if (typeof options !== 'object' || (options as unknown) === null) {
    throw new TypeError(
      `directory() was given ${describeValue(options)} as options; allowed: an object`,
    )
  }
  for (const name of Object.keys(options)) {
    if (!known.has(name as keyof DirectoryOptions)) {
      throw new TypeError(
        `directory() does not know the option ${name}; allowed: ${[...known].join(', ')}`,
      )
    }
  }
  const settings = {
    path: resolve(path),
    fsync: fsyncOf(options),
    maxAge: integer(options, 'maxAge', { default: 30 * 86_400_000, min: 1, max: Infinity }),
    claimInterval: integer(options, 'claimInterval', {
      default: 10_000,
      min: 1,
      max: longestTimer,
    }),
  }
  const open = (outboxSettings: OutboxSettings): DiskOutbox => {
    prepare(settings.path)
    return new DiskOutbox(settings, outboxSettings)
  }
  return Object.assign(open, { maxQueueBytes: 1024 * 1024 * 1024 })
}

function fsyncOf(options: DirectoryOptions): Fsync {
  return options.fsync === false ? false : oneOf(options, 'fsync', ['batch', 'call'])
}

/** Errors after which the directory may be created later. */
const mendable = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EIO', 'EMFILE', 'ENFILE'])

/** Configuration errors are reported at once; a disk that is full now may have room later. */
function prepare(path: string): void {
  const allowed = 'the path of a directory that this process may write to'
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 })
  } catch (error) {
    const code = errorCode(error)
    if (mendable.has(code)) return
    if (code !== 'EEXIST')
      throw wrong('outbox', `a directory that cannot be made (${code})`, allowed)
  }
  const stats = lstatSync(path)
  if (stats.isSymbolicLink()) throw wrong('outbox', `a symbolic link (${shown(path)})`, allowed)
  if (!stats.isDirectory()) throw wrong('outbox', `no directory (${shown(path)})`, allowed)
  try {
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    // A file system that is read-only now may become writable.
    if (errorCode(error) === 'EACCES')
      throw wrong('outbox', 'a directory without the permissions that are needed', allowed)
  }
}
