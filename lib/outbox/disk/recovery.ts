// Takes over what dead clients have left: each directory goes to exactly one living client, by one rename.

import { renameSync } from 'node:fs'
import { lstat, readdir, rename, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import {
  ownedDirectoryName,
  unowned,
  readOwnedDirectoryName,
  readMarkerName,
  type OwnedDirectory,
} from './names.js'
import type { Liveness } from './liveness.js'
import { OwnerMonitor } from './owner-monitor.js'
import { removeDirectory } from './removal.js'

export interface Claimed {
  origin: string
  path: string
}

export interface Sweep {
  /** What was taken over, oldest first. */
  claimed: Claimed[]
  /** What the other living clients have in the directory, in bytes. */
  othersBytes: number
}

const ofAnother =
  'the directory of the outbox has messages for another write key: a client with that key will deliver them'

export class Recovery {
  /** Everything taken over so far, by the client that wrote it. */
  readonly #origins: string[] = []
  readonly #directory: string
  readonly #source: string
  readonly #warn: (text: string) => void
  readonly #liveness: Liveness
  readonly #owners: OwnerMonitor
  #isOver = false

  /** @param source only directories of the same source are taken over */
  constructor(directory: string, source: string, liveness: Liveness, warn: (text: string) => void) {
    this.#directory = directory
    this.#source = source
    this.#warn = warn
    this.#liveness = liveness
    this.#owners = new OwnerMonitor(directory)
  }

  /** @throws what Node throws if the directory cannot be read or written */
  async sweep(): Promise<Sweep> {
    const entries = await readdir(this.#directory, { withFileTypes: true })
    const dead = new Map<string, Promise<boolean>>()
    const isDead = (owner: string): Promise<boolean> => {
      const known = dead.get(owner) ?? this.#owners.isDead(owner)
      dead.set(owner, known)
      return known
    }
    const sweep: Sweep = { claimed: [], othersBytes: 0 }
    const owners = new Set<string>()
    const directories = entries
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => readOwnedDirectoryName(name))
      .filter((owned) => owned !== undefined && owned.owner !== this.#liveness.owner)
      .sort((a, b) => ((a?.origin ?? '') < (b?.origin ?? '') ? -1 : 1)) as OwnedDirectory[]
    for (const owned of directories) {
      owners.add(owned.owner)
      const isFree = owned.owner === unowned || (await isDead(owned.owner))
      const isOwn = isFree && (await this.#isOfOurUser(owned))
      if (isOwn && owned.source === this.#source) {
        const path = await this.#claim(owned)
        if (path !== undefined) sweep.claimed.push({ origin: owned.origin, path })
      } else {
        const bytes = await bytesIn(join(this.#directory, ownedDirectoryName(owned)))
        sweep.othersBytes += bytes
        if (isOwn && bytes > 0) this.#warn(ofAnother)
      }
    }
    const deadMarkers: { owner: string; name: string }[] = []
    for (const { name } of entries) {
      const owner = readMarkerName(name)
      if (owner === undefined || owner === this.#liveness.owner) continue
      owners.add(owner)
      if (await isDead(owner)) deadMarkers.push({ owner, name })
    }
    await this.#removeMarkers(deadMarkers)
    this.#owners.forgetAllBut(owners)
    return sweep
  }

  /**
   * Removes the markers of dead clients that have left nothing. Checks again what they left, now that they are known to be
   * dead: they may have written since the directory was listed. Without the marker, their files would seem to belong to a
   * client that cannot be asked.
   */
  async #removeMarkers(markers: readonly { owner: string; name: string }[]): Promise<void> {
    if (markers.length === 0) return
    const directories = (await readdir(this.#directory)).map((name) => readOwnedDirectoryName(name))
    const owning = new Set(directories.map((owned) => owned?.owner))
    for (const { owner, name } of markers) {
      if (!owning.has(owner)) await unlink(join(this.#directory, name)).catch(ignore)
    }
  }

  /** Gives back what was taken over, and takes over nothing more. */
  end(): void {
    this.#isOver = true
    for (const origin of this.#origins) this.release(origin)
  }

  /** Leaves it to any other client. */
  release(origin: string): void {
    const path = (owner: string): string =>
      join(this.#directory, ownedDirectoryName({ source: this.#source, origin, owner }))
    const ours = path(this.#liveness.owner)
    removeDirectory(ours)
    try {
      renameSync(ours, path(unowned))
    } catch {
      // It was empty and has been removed. Otherwise others will find out that we are dead.
    }
  }

  /** Adds it to what is ours, unless we were closed meanwhile. */
  #keep(origin: string, path: string): string | undefined {
    this.#origins.push(origin)
    if (!this.#isOver) return path
    this.release(origin)
    return undefined
  }

  /**
   * In a directory that several users may write to, another user's messages are not ours to send: they could be anything,
   * and most processes cannot read them. But the application may have got another user, and its operator must know.
   */
  async #isOfOurUser(owned: OwnedDirectory): Promise<boolean> {
    const ours = process.getuid?.()
    if (ours === undefined) return true
    const path = join(this.#directory, ownedDirectoryName(owned))
    const { uid } = await lstat(path).catch(() => ({ uid: undefined }))
    if (uid === ours) return true
    // Otherwise another client was faster.
    if (uid !== undefined && owned.source === this.#source && !this.#isOver) {
      this.#warn(
        `the directory of the outbox has messages of another user (uid ${uid}), which are not sent: run the application once more as that user, or give them to this one: chown -R ${ours} '${this.#directory}'`,
      )
    }
    return false
  }

  /** Its new path; undefined if another client was faster. */
  async #claim(owned: OwnedDirectory): Promise<string | undefined> {
    const { owner } = this.#liveness
    const from = join(this.#directory, ownedDirectoryName(owned))
    const to = join(this.#directory, ownedDirectoryName({ ...owned, owner }))
    if (this.#isOver) return undefined
    // The liveness marker first: what is ours must never seem to belong to a dead client.
    this.#liveness.announce()
    try {
      await rename(from, to)
      return this.#keep(owned.origin, to)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw error
    }
  }
}

async function bytesIn(directory: string): Promise<number> {
  let bytes = 0
  // Its owner may be delivering it right now.
  for (const name of await readdir(directory).catch(() => [])) {
    bytes += await lstat(join(directory, name)).then(
      ({ size }) => size,
      () => 0,
    )
  }
  return bytes
}

function ignore(): void {
  // Another client has removed it.
}
