// The names of files and directories in the outbox.
//
//   v1.<source>.<origin>.<owner>/    the files that the client <origin> wrote, and that now belong to <owner>;
//                                    only clients of the same source may take them over
//     0000000001-<since>.open        a batch that may still grow
//     0000000001-<since>-<count>.batch    one that will not grow
//   <owner>.alive                    the liveness marker of a client
//   <origin>.<file>.damaged          a damaged file, kept after its intact messages were delivered

import { createHash, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'

/** Owner of what a closed client left: any client may take it over. */
export const unowned = 'free'

export interface OwnedDirectory {
  /** Identifies the write key of the messages without giving it away. */
  readonly source: string
  readonly origin: string
  readonly owner: string
}

const ownedDirectoryPattern = /^v1\.([\w-]+)\.([\w-]+)\.([\w-]+)$/

export function ownedDirectoryName({ source, origin, owner }: OwnedDirectory): string {
  return `v1.${source}.${origin}.${owner}`
}

/** Parses the name of a directory; undefined if it is not one of ours. */
export function readOwnedDirectoryName(name: string): OwnedDirectory | undefined {
  const [, source, origin, owner] = ownedDirectoryPattern.exec(name) ?? []
  if (source === undefined || origin === undefined || owner === undefined) return undefined
  return { source, origin, owner }
}

export interface BatchFileName {
  /** Files are numbered in the order of the calls. */
  readonly number: number
  /** When its first message was accepted, in milliseconds since the epoch. */
  readonly since: number
  /** The number of its messages; undefined if it may have been growing. */
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

/** The temporary name of a liveness marker. */
export function newName(owner: string): string {
  return `${owner}.new`
}

/** The owner of a liveness marker. */
export function readMarkerName(name: string): string | undefined {
  return markerPattern.exec(name)?.[1]
}

/**
 * A name that is unique across clients and machines. It begins with the time, so that names sort by age, and identifies
 * the machine.
 */
export function newOwner(): string {
  const time = Date.now().toString(36).padStart(9, '0')
  return `${time}-${thisMachine()}-${randomBytes(8).toString('hex')}`
}

/** Whether an owner runs or ran on this machine since its last boot. */
export function isOfThisMachine(owner: string): boolean {
  return owner.split('-')[1] === thisMachine()
}

let machine: string | undefined

/** All containers on a machine share the boot id of its kernel, which changes with each reboot. */
function thisMachine(): string {
  return (machine ??= createHash('sha256').update(bootId()).digest('hex').slice(0, 8))
}

function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')
  } catch {
    // Not Linux. The socket tells whether an owner is alive, so the host name is enough.
    return hostname()
  }
}
