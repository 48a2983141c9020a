// What the dead have left: each directory of theirs goes to exactly one of the living, by one rename.

import { renameSync } from 'node:fs'
import { lstat, readdir, rename, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { holdingName, nobody, readHoldingName, readSignName, type Holding } from './names.js'
import type { Presence } from './presence.js'
import { Obituaries } from './standstill.js'
import { removeDirectory } from './removal.js'

export interface Claimed {
  origin: string
  path: string
}

export interface Sweep {
  /** What is ours now, oldest first. */
  claimed: Claimed[]
  /** What the other living clients have in the directory, in bytes. */
  othersBytes: number
}

const ofAnother =
  'the directory of the outbox has messages for another write key: a client with that key will deliver them'

export class Claims {
  /** What was ever taken over, by the client that wrote it. */
  readonly #origins: string[] = []
  readonly #directory: string
  readonly #source: string
  readonly #warn: (text: string) => void
  readonly #presence: Presence
  readonly #obituaries: Obituaries
  #isOver = false

  /** @param source only what is for the same one is taken over */
  constructor(directory: string, source: string, presence: Presence, warn: (text: string) => void) {
    this.#directory = directory
    this.#source = source
    this.#warn = warn
    this.#presence = presence
    this.#obituaries = new Obituaries(directory)
  }

  /** @throws what Node throws where the directory cannot be read or written */
  async sweep(): Promise<Sweep> {
    const entries = await readdir(this.#directory, { withFileTypes: true })
    const dead = new Map<string, Promise<boolean>>()
    const isDead = (owner: string): Promise<boolean> => {
      const known = dead.get(owner) ?? this.#obituaries.isDead(owner)
      dead.set(owner, known)
      return known
    }
    const sweep: Sweep = { claimed: [], othersBytes: 0 }
    const owners = new Set<string>()
    const holdings = entries
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => readHoldingName(name))
      .filter((holding) => holding !== undefined && holding.owner !== this.#presence.owner)
      .sort((a, b) => ((a?.origin ?? '') < (b?.origin ?? '') ? -1 : 1)) as Holding[]
    for (const holding of holdings) {
      owners.add(holding.owner)
      const isFree = holding.owner === nobody || (await isDead(holding.owner))
      const isOwn = isFree && (await this.#isOfOurUser(holding))
      if (isOwn && holding.source === this.#source) {
        const path = await this.#claim(holding)
        if (path !== undefined) sweep.claimed.push({ origin: holding.origin, path })
      } else {
        const bytes = await bytesIn(join(this.#directory, holdingName(holding)))
        sweep.othersBytes += bytes
        if (isOwn && bytes > 0) this.#warn(ofAnother)
      }
    }
    const signsOfDead: { owner: string; name: string }[] = []
    for (const { name } of entries) {
      const owner = readSignName(name)
      if (owner === undefined || owner === this.#presence.owner) continue
      owners.add(owner)
      if (await isDead(owner)) signsOfDead.push({ owner, name })
    }
    await this.#bury(signsOfDead)
    this.#obituaries.forgetAllBut(owners)
    return sweep
  }

  /**
   * Removes the signs of the dead who have left nothing. What they have is looked for anew, now that they are known to
   * be dead: it may be younger than the list by which they were found, and without the sign it would seem to belong to
   * somebody who cannot be asked.
   */
  async #bury(signs: readonly { owner: string; name: string }[]): Promise<void> {
    if (signs.length === 0) return
    const holdings = (await readdir(this.#directory)).map((name) => readHoldingName(name))
    const owning = new Set(holdings.map((holding) => holding?.owner))
    for (const { owner, name } of signs) {
      if (!owning.has(owner)) await unlink(join(this.#directory, name)).catch(ignore)
    }
  }

  /** Gives back what was taken over, and takes over nothing any more. */
  end(): void {
    this.#isOver = true
    for (const origin of this.#origins) this.release(origin)
  }

  /** What is left of a client's is for whoever comes. */
  release(origin: string): void {
    const path = (owner: string): string =>
      join(this.#directory, holdingName({ source: this.#source, origin, owner }))
    const ours = path(this.#presence.owner)
    removeDirectory(ours)
    try {
      renameSync(ours, path(nobody))
    } catch {
      // It was empty, and is gone. Else those who look will find that we are.
    }
  }

  /** It is ours; unless we were closed meanwhile. */
  #keep(origin: string, path: string): string | undefined {
    this.#origins.push(origin)
    if (!this.#isOver) return path
    this.release(origin)
    return undefined
  }

  /**
   * In a directory that several users may write to, messages of another are not for us to send: they could be anything.
   * Nor can most processes read them. But an application may have got another user, and whoever runs it must know.
   */
  async #isOfOurUser(holding: Holding): Promise<boolean> {
    const ours = process.getuid?.()
    if (ours === undefined) return true
    const path = join(this.#directory, holdingName(holding))
    const { uid } = await lstat(path).catch(() => ({ uid: undefined }))
    if (uid === ours) return true
    // Else another client was faster.
    if (uid !== undefined && holding.source === this.#source && !this.#isOver) {
      this.#warn(
        `the directory of the outbox has messages of another user (uid ${uid}), which are not sent: run the application once more as that user, or give them to this one: chown -R ${ours} '${this.#directory}'`,
      )
    }
    return false
  }

  /** The path under which it is ours; undefined where another was faster. */
  async #claim(holding: Holding): Promise<string | undefined> {
    const { owner } = this.#presence
    const from = join(this.#directory, holdingName(holding))
    const to = join(this.#directory, holdingName({ ...holding, owner }))
    if (this.#isOver) return undefined
    // First the sign of life: what is ours must never seem to be a dead client's.
    this.#presence.announce()
    try {
      await rename(from, to)
      return this.#keep(holding.origin, to)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw error
    }
  }
}

async function bytesIn(directory: string): Promise<number> {
  let bytes = 0
  // Its owner may be delivering it just now.
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
