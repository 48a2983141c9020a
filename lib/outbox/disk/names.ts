// The names of what is in the directory.
//
//   v1.<source>.<origin>.<owner>/    the files that the client <origin> wrote, and that now belong to <owner>;
//                                    only clients of the same source may have them
//     0000000001-<since>.open        a batch that may still grow
//     0000000001-<since>-<count>.batch    one that will not
//   <owner>.alive                    the liveness marker of a client
//   <origin>.<file>.damaged          a file that could not be read as a whole, when all that was intact is delivered

import { createHash, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'

/** The owner of what a client left when it was closed: any client that comes. */
export const unowned = 'free'

export interface OwnedDirectory {
  /** Which write key the messages are for, without saying it. */
  readonly source: string
  readonly origin: string
  readonly owner: string
}

const ownedDirectoryPattern = /^v1\.([\w-]+)\.([\w-]+)\.([\w-]+)$/

export function ownedDirectoryName({ source, origin, owner }: OwnedDirectory): string {
  return `v1.${source}.${origin}.${owner}`
}

/** What a directory's name says; undefined if it is none of ours. */
export function readOwnedDirectoryName(name: string): OwnedDirectory | undefined {
  const [, source, origin, owner] = ownedDirectoryPattern.exec(name) ?? []
  if (source === undefined || origin === undefined || owner === undefined) return undefined
  return { source, origin, owner }
}

export interface BatchFileName {
  /** Files are numbered in the order of their calls. */
  readonly number: number
  /** When its first message was accepted, in milliseconds since the epoch. */
  readonly since: number
  /** How many messages it has; undefined if it may have been growing. */
  readonly count?: number | undefined
}

const filePattern = /^(\d{10})-(\d{1,16})(?:\.open|-(\d{1,9})\.batch)$/

export function batchFileName({ number, since, count }: BatchFileName): string {
  const name = `${String(number).padStart(10, '0')}-${since}`
  return count === undefined ? `${name}.open` : `${name}-${count}.batch`
}

export function readBatchFileName(name: string): BatchFileName | undefined {
  const [, number, since, count] = filePattern.exec(name) ?? []
  if (number === undefined) return undefined
  return {
    number: Number(number),
    since: Number(since),
    count: count === undefined ? undefined : Number(count),
  }
}

const markerPattern = /^([\w-]+)\.(?:alive|new)$/

export function aliveName(owner: string): string {
  return `${owner}.alive`
}

/** The name of a liveness marker until it is one. */
export function newName(owner: string): string {
  return `${owner}.new`
}

/** Whose liveness marker it is. */
export function readMarkerName(name: string): string | undefined {
  return markerPattern.exec(name)?.[1]
}

/**
 * A name that no other client ever has, on this machine or another. It begins with the time, so that names sort by
 * age, and says on which machine the client runs.
 */
export function newOwner(): string {
  const time = Date.now().toString(36).padStart(9, '0')
  return `${time}-${thisMachine()}-${randomBytes(8).toString('hex')}`
}

/** Whether an owner runs, or ran, on this machine, since it was started last. */
export function isOfThisMachine(owner: string): boolean {
  return owner.split('-')[1] === thisMachine()
}

let machine: string | undefined

/** All containers on a machine share a kernel, and its boot id; another machine has another, as it has after a reboot. */
function thisMachine(): string {
  return (machine ??= createHash('sha256').update(bootId()).digest('hex').slice(0, 8))
}

function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')
  } catch {
    // Not Linux. Whether a process of this name's is alive is asked of its socket, so that no more is needed.
    return hostname()
  }
}
