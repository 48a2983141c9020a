// The checkpoint: a file that records how far a run is, and identifies the run.

import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { lstat, open, rename, rm } from 'node:fs/promises'
import { toError } from '../runtime/describe-value.js'
import type { BackfillSettings } from './read-options.js'
import { noFollow } from '../runtime/no-follow.js'
import { BackfillError } from './report.js'
import type { RowPosition } from './sources/source.js'
import type { TotalsData } from './totals.js'

const kind = 'selfsame backfill checkpoint'
const version = 1
/** A checkpoint has about a kilobyte. A larger file is something else, and is not read. */
const maxBytes = 1024 * 1024

/** Hashes of everything that determines the messages of a run. */
export interface RunFingerprint {
  /** The source's fingerprint; null if it has none. */
  readonly source: string | null
  readonly mapping: string
  readonly options: string
  readonly destination: string
}

export interface Checkpoint {
  readonly kind: typeof kind
  readonly version: typeof version
  readonly name: string
  /** When it was written, for people. */
  readonly at: string
  readonly completed: boolean
  readonly fingerprint: RunFingerprint
  /** The position of the last row that is done; null if there is none. */
  readonly position: RowPosition | null
  /** A hash of that row, if the source itself cannot tell whether it has changed. */
  readonly lastRow: string | null
  readonly totals: TotalsData
  /** Milliseconds, over all runs. */
  readonly duration: number
  /** The rejects file as of this checkpoint: what comes after these bytes was added later. */
  readonly rejects: { readonly bytes: number; readonly hash: string | null }
}

export function hashOf(...parts: string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32)
}

/** The fingerprint of a run with these options. */
export function fingerprintOf(settings: BackfillSettings, ofSource: string | null): RunFingerprint {
  const { client, name, mapping, timestamp, unit, archived } = settings
  const { url, writeKey, delivery, context = {}, integrations = {} } = client
  return {
    source: ofSource === null ? null : hashOf(ofSource),
    mapping: hashOf(mapping),
    options: hashOf(JSON.stringify({ name, timestamp, unit, archived, context, integrations })),
    destination: delivery ? hashOf(delivery.target) : hashOf(url, writeKey),
  }
}

const labels: Record<keyof RunFingerprint, string> = {
  source: 'the source',
  mapping: 'the mapping',
  options: 'an option that decides the messages',
  destination: 'the destination (host, path, write key or queue)',
}

/** Names what has changed: 'the source and the mapping'; undefined if nothing has. */
export function changesBetween(before: RunFingerprint, now: RunFingerprint): string | undefined {
  const names = Object.keys(labels) as (keyof RunFingerprint)[]
  const changed = names.filter((name) => before[name] !== now[name]).map((name) => labels[name])
  return changed.length === 0 ? undefined : changed.join(' and ')
}

export class CheckpointFile {
  readonly path: string

  constructor(path: string) {
    this.path = path
  }

  /**
   * @returns undefined if there is no file
   * @throws BackfillError `bad_checkpoint` if it is anything but a checkpoint, which is never overwritten
   */
  async read(): Promise<Checkpoint | undefined> {
    let text: string
    try {
      const found = await lstat(this.path)
      // A pipe might never end, and a link may lead anywhere.
      if (!found.isFile()) throw new Error('it is not a regular file')
      if (found.size > maxBytes) throw new Error('it is too large for a checkpoint')
      const file = await open(this.path, constants.O_RDONLY | noFollow)
      try {
        text = await file.readFile('utf8')
      } finally {
        await file.close()
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw this.#bad(`cannot be read: ${toError(error).message}`, error)
    }
    const checkpoint = parse(text)
    if (!checkpoint) throw this.#bad('is not a checkpoint of a backfill; name another file')
    return checkpoint
  }

  /** Replaces it atomically: after a crash there is either the old one or the new one. */
  async write(content: Omit<Checkpoint, 'kind' | 'version' | 'at'>): Promise<void> {
    const checkpoint: Checkpoint = { kind, version, at: new Date().toISOString(), ...content }
    const temporary = `${this.path}.tmp`
    // Left by a run that was killed.
    await rm(temporary, { force: true })
    // For the owner only, because positions may be keys of a database.
    const file = await open(temporary, 'wx', 0o600)
    try {
      try {
        await file.writeFile(`${JSON.stringify(checkpoint, undefined, 2)}\n`)
        await file.sync()
      } finally {
        await file.close()
      }
      await rename(temporary, this.path)
    } catch (error) {
      await rm(temporary, { force: true })
      throw error
    }
  }

  #bad(reason: string, cause?: unknown): BackfillError {
    return new BackfillError('bad_checkpoint', `the checkpoint ${this.path} ${reason}`, { cause })
  }
}

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0

function parse(text: string): Checkpoint | undefined {
  let value: Partial<Checkpoint> | null
  try {
    value = JSON.parse(text) as Partial<Checkpoint> | null
  } catch {
    return undefined
  }
  const { totals, fingerprint, rejects } = value ?? {}
  const isOne =
    value?.kind === kind &&
    value.version === version &&
    typeof fingerprint === 'object' &&
    isCount(rejects?.bytes) &&
    Number.isFinite(value.duration) &&
    (['rows', 'messages', 'delivered', 'failed', 'skipped', 'rejected', 'bytes'] as const).every(
      (name) => isCount(totals?.[name]),
    ) &&
    typeof totals?.rejectedByReason === 'object'
  return isOne ? (value as Checkpoint) : undefined
}
