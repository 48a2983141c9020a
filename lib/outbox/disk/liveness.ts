// A client's liveness marker: by it the others know that its files are not theirs to take.

import { lstat, utimes } from 'node:fs/promises'
import { closeSync, constants, openSync, renameSync, unlinkSync, writeFileSync } from 'node:fs'
import type net from 'node:net'
import { join } from 'node:path'
import { builtin } from '../../runtime/load-builtin.js'
import { aliveName, newName, newOwner } from './names.js'

/*
 * The marker is a Unix socket on which the process listens. The kernel answers for it: it takes connections for as long
 * as the process lives, also while that is stopped or its event loop is busy, and refuses them from the moment of its
 * death on, however it died. That holds between containers which share a volume, whose process ids say nothing. Where
 * a socket cannot be had (a network volume, Windows) a file is the marker; see owner-monitor.ts for how the others read it.
 */
export class Liveness {
  readonly owner = newOwner()
  readonly #directory: string
  #server: net.Server | undefined
  #isAnnounced = false

  constructor(directory: string) {
    this.#directory = directory
  }

  get #path(): string {
    return join(this.#directory, aliveName(this.owner))
  }

  /**
   * Shows that we live. To be called before anything is ours.
   *
   * @throws what Node throws where the directory cannot be written
   */
  announce(): void {
    if (this.#isAnnounced) return
    if (!this.#listen()) writeFileSync(this.#path, '', { flag: 'wx', mode: 0o600 })
    this.#isAnnounced = true
  }

  /** Renews the marker, for those who cannot ask the socket. */
  async beat(): Promise<void> {
    if (!this.#isAnnounced) return
    try {
      const now = new Date()
      await utimes(this.#path, now, now)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
      // Somebody has removed it.
      this.#server?.close()
      this.#isAnnounced = false
      this.#announceAgain()
    }
  }

  #announceAgain(): void {
    try {
      this.announce()
    } catch (error) {
      // The whole directory is gone, and nothing in it ours: it is announced when there is something again.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }

  /** Takes the marker away. */
  end(): void {
    this.#server?.close()
    if (!this.#isAnnounced) return
    this.#isAnnounced = false
    removeIfThere(this.#path)
  }

  /** False if there can't be a socket here. */
  #listen(): boolean {
    if (process.platform === 'win32') return false
    const { Server } = builtin('node:net') as typeof net
    const server = new Server((socket) => {
      // Anyone who asks has the answer already.
      socket.on('error', ignore).destroy()
    })
    // What went wrong is seen by the name not being there.
    server.on('error', ignore)
    server.unref()
    // libuv removes the name under which a socket was made when it closes it: while the marker is missing, nobody can
    // tell whether we are dead. So the marker has another.
    const name = newName(this.owner)
    try {
      // Exclusive: else a worker of a cluster would get a socket of its primary's, which outlives it.
      viaShortPath(this.#directory, this.owner, (path) =>
        server.listen({ path: join(path, name), exclusive: true }),
      )
      renameSync(join(this.#directory, name), this.#path)
    } catch {
      server.close()
      removeIfThere(join(this.#directory, name))
      return false
    }
    this.#server = server
    return true
  }
}

/** Whether the socket of this name belongs to a process that lives; undefined if this process may not ask it. */
export async function isListening(directory: string, owner: string): Promise<boolean | undefined> {
  const { connect } = builtin('node:net') as typeof net
  return await new Promise((resolve) => {
    viaShortPath(directory, owner, (path) => {
      const socket = connect(join(path, aliveName(owner)))
      socket.on('connect', () => {
        resolve(true)
        socket.destroy()
      })
      // Refused: nobody listens. Anything else is no proof: too many of us may be asking at once.
      socket.on('error', ({ code }: NodeJS.ErrnoException) => {
        const isForbidden = code === 'EACCES' || code === 'EPERM'
        resolve(isForbidden ? undefined : code !== 'ECONNREFUSED')
      })
    })
  })
}

/** The marker of another client, if it is there. */
export async function markerOf(
  directory: string,
  owner: string,
): Promise<{ isSocket: boolean; state: string } | undefined> {
  try {
    const stats = await lstat(join(directory, aliveName(owner)))
    return { isSocket: stats.isSocket(), state: String(stats.ctimeMs) }
  } catch {
    return undefined
  }
}

/** A socket's path may have 107 bytes, and 103 on macOS. Linux has a short path for every open directory. */
function viaShortPath(directory: string, owner: string, use: (path: string) => void): void {
  const isShort = Buffer.byteLength(join(directory, aliveName(owner))) <= 100
  if (isShort || process.platform !== 'linux') {
    if (!isShort) throw new Error('the path is too long for a socket')
    use(directory)
    return
  }
  const fd = openSync(directory, constants.O_RDONLY | constants.O_DIRECTORY)
  try {
    use(`/proc/self/fd/${fd}`)
  } finally {
    closeSync(fd)
  }
}

function removeIfThere(path: string): void {
  try {
    unlinkSync(path)
  } catch {
    // It is not there, or stays: a socket that nobody listens on says that its client is dead.
  }
}

function ignore(): void {
  // Nothing that could be done, or that anybody would want to know.
}
