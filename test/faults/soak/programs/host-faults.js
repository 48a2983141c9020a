// What befalls a client from within its own host: it is killed in the middle of a system call, its disk is full, its
// clock jumps. To be called before the library is loaded.

import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

const { writeSync } = fs

/** Ends the process as `kill -9` does: nothing of ours runs after it. */
function die() {
  process.kill(process.pid, 'SIGKILL')
  for (;;);
}

const isBatchFile = (path) => /\.(open|batch)$/.test(path)

/**
 * The system calls at which a client can be killed, by name.
 * @type {Record<string, { of: any, name: string, isMeant: (...args: any[]) => boolean }>}
 */
const points = {
  write: { of: fs, name: 'writeSync', isMeant: (fd, bytes) => Buffer.isBuffer(bytes) },
  create: { of: fs, name: 'openSync', isMeant: (path) => isBatchFile(path) },
  seal: { of: fs, name: 'renameSync', isMeant: (from) => isBatchFile(from) },
  announce: { of: fs, name: 'renameSync', isMeant: (from) => from.endsWith('.new') },
  make: { of: fs, name: 'mkdirSync', isMeant: (path) => /v1\.[^/]*$/.test(path) },
  remove: { of: fs, name: 'unlinkSync', isMeant: (path) => isBatchFile(path) },
  removeDirectory: { of: fs, name: 'rmdirSync', isMeant: () => true },
  claim: { of: fs.promises, name: 'rename', isMeant: () => true },
  removeMarker: { of: fs.promises, name: 'unlink', isMeant: () => true },
}

/** @param killAt `{ point, nth, phase }`: phase is 'before', 'within' (of a write: half of it is done) or 'after' */
export function dieAt({ point, nth, phase }) {
  const { of, name, isMeant } = points[point]
  const original = of[name]
  let count = 0
  const end = (result) => {
    // What is asynchronous has happened when it says so.
    if (result instanceof Promise) return result.finally(die)
    return die()
  }
  of[name] = (...args) => {
    if (!isMeant(...args) || ++count < nth) return original(...args)
    if (phase === 'before') die()
    if (phase === 'within' && point === 'write') {
      const [fd, bytes, offset, length, position] = args
      original(fd, bytes, offset, Math.floor(length / 2), position)
      die()
    }
    // In the middle of something asynchronous: while another thread does it.
    if (phase === 'within' && of === fs.promises) {
      original(...args)
      setImmediate(die)
      return new Promise(() => undefined)
    }
    return end(original(...args))
  }
  syncBuiltinESMExports()
}

/** A disk that is full from time to time: it takes a part of what is written, and then nothing. */
export class Disk {
  #random
  isFull = false

  constructor(random) {
    this.#random = random
    const { openSync, mkdirSync } = fs
    const full = () => Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC' })
    fs.writeSync = (fd, bytes, offset, length, position) => {
      // What is written over takes no more room.
      const isInPlace = typeof position === 'number' && position + length <= fs.fstatSync(fd).size
      if (!this.isFull || !Buffer.isBuffer(bytes) || isInPlace)
        return writeSync(fd, bytes, offset, length, position)
      const part = Math.floor(this.#random() * 3) === 0 ? 0 : Math.floor(length * this.#random())
      if (part === 0) throw full()
      return writeSync(fd, bytes, offset, part, position)
    }
    fs.openSync = (path, flags, ...rest) => {
      const isNew = typeof flags === 'number' ? (flags & fs.constants.O_CREAT) !== 0 : flags !== 'r'
      if (this.isFull && isNew && isBatchFile(path) && this.#random() < 0.5) throw full()
      return openSync(path, flags, ...rest)
    }
    fs.mkdirSync = (...args) => {
      if (this.isFull && this.#random() < 0.5) throw full()
      return mkdirSync(...args)
    }
    syncBuiltinESMExports()
  }
}

/** A clock that can be set. Returns what sets it, by so many milliseconds. */
export function movableClock() {
  const RealDate = Date
  let shift = 0
  globalThis.Date = class Date extends RealDate {
    constructor(...args) {
      if (args.length === 0) super(RealDate.now() + shift)
      else super(...args)
    }

    static now() {
      return RealDate.now() + shift
    }
  }
  return (by) => (shift += by)
}
