// A client's liveness marker, which keeps others from taking its files over.

import { lstat, utimes } from 'node:fs/promises'
import { closeSync, constants, openSync, renameSync, unlinkSync, writeFileSync } from 'node:fs'
import type net from 'node:net'
import { join } from 'node:path'
import { builtin } from '../../runtime/load-builtin.js'
import { aliveName, newName, newOwner } from './names.js'

/*
 * The marker is a Unix socket on which the process listens. The kernel accepts connections for as long as the process
 * lives, even while it is stopped or its event loop is busy, and refuses them as soon as it is dead, however it died. This
 * also works between containers that share a volume, whose process ids say nothing. If sockets are not available (a
 * network volume, Windows), the marker is a file; owner-monitor.ts describes how others read it.
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
   * Shows that this client is alive. Call it before owning anything.
   *
   * @throws what Node throws if the directory cannot be written
   */
  announce(): void {
    if (this.#isAnnounced) return
    if (!this.#listen()) writeFileSync(this.#path, '', { flag: 'wx', mode: 0o600 })
    this.#isAnnounced = true
  }

  /** Renews the marker, for processes that cannot connect to the socket. */
  async beat(): Promise<void> {
    if (!this.#isAnnounced) return
    try {
      const now = new Date()
      await utimes(this.#path, now, now)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
      // It was removed.
      this.#server?.close()
      this.#isAnnounced = false
      this.#announceAgain()
    }
  }

  #announceAgain(): void {
    try {
      this.announce()
    } catch (error) {
      // The whole directory was removed. The marker is created again when this client owns something again.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }

  /** Removes the marker. */
  end(): void {
    this.#server?.close()
    if (!this.#isAnnounced) return
    this.#isAnnounced = false
    removeIfThere(this.#path)
  }

  /** Returns false if sockets are not available here. */
  #listen(): boolean {
    if (process.platform === 'win32') return false
    const { Server } = builtin('node:net') as typeof net
    const server = new Server((socket) => {
      // That it was accepted is the answer.
      socket.on('error', ignore).destroy()
    })
    // If it failed, the name does not exist, which is checked below.
    server.on('error', ignore)
    server.unref()
    // libuv removes the original name of a socket when it closes it. The marker has another name, so that it stays:
    // without it, nobody could tell whether this client is dead.
    const name = newName(this.owner)
    try {
      // Exclusive: otherwise a worker of a cluster would get a socket of its primary, which outlives it.
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

/** Whether the socket of this name belongs to a living process; undefined if this process may not connect to it. */
export async function isListening(directory: string, owner: string): Promise<boolean | undefined> {
  const { connect } = builtin('node:net') as typeof net
  return await new Promise((resolve) => {
    viaShortPath(directory, owner, (path) => {
      const socket = connect(join(path, aliveName(owner)))
      socket.on('connect', () => {
        resolve(true)
        socket.destroy()
      })
      // Refused: nobody listens. Any other error proves nothing: too many clients may be asking at once.
      socket.on('error', ({ code }: NodeJS.ErrnoException) => {
        const isForbidden = code === 'EACCES' || code === 'EPERM'
        resolve(isForbidden ? undefined : code !== 'ECONNREFUSED')
      })
    })
  })
}

/** The marker of another client, if it exists. */
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

/** The path of a socket may have 107 bytes, on macOS 103. Linux has a short path for every open directory. */
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
    // It does not exist, or it stays. A socket on which nobody listens says that its client is dead.
  }
}

function ignore(): void {
  // Nothing can be done about it.
}
