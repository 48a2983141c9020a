// A Sentinel of the test's own, which watches one master.

import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { freePort, type RedisServer } from './redis-server.js'
import { until } from './until.js'

export class Sentinel {
  /** What a client needs to find the master. */
  readonly place: { sentinels: { host: string; port: number }[]; name: string }
  readonly #folder = mkdtempSync(join(tmpdir(), 'selfsame-sentinel-'))
  readonly #file = join(this.#folder, 'sentinel.conf')
  #process: ChildProcess | undefined
  readonly #client: Redis

  private constructor(port: number, master: RedisServer) {
    writeFileSync(
      this.#file,
      `port ${port}
bind 127.0.0.1
sentinel monitor mine 127.0.0.1 ${master.port} 1
sentinel down-after-milliseconds mine 500
sentinel failover-timeout mine 2000
`,
    )
    this.place = { sentinels: [{ host: '127.0.0.1', port }], name: 'mine' }
    this.#client = new Redis({ port, host: '127.0.0.1', retryStrategy: () => 20 })
    this.#client.on('error', () => undefined)
  }

  /** Resolves when it knows the replica of the master, too. */
  static async start(master: RedisServer): Promise<Sentinel> {
    const sentinel = new Sentinel(await freePort(), master)
    sentinel.start()
    await until(async () => (await sentinel.#ask('REPLICAS', 'mine')).length === 1)
    return sentinel
  }

  start(): void {
    this.#process = spawn('redis-server', [this.#file, '--sentinel'], { stdio: 'ignore' })
  }

  async kill(): Promise<void> {
    const child = this.#process
    this.#process = undefined
    if (child?.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  }

  /** Without failover nobody takes the place of a dead master. */
  async allowFailover(isAllowed: boolean): Promise<void> {
    await this.#client.call('SENTINEL', 'SET', 'mine', 'quorum', isAllowed ? '1' : '2')
  }

  /** Resolves when a replica has taken over from a master that is alive. */
  async failOver(): Promise<void> {
    const [, before] = await this.#ask('GET-MASTER-ADDR-BY-NAME', 'mine')
    await this.#client.call('SENTINEL', 'FAILOVER', 'mine')
    await until(async () => (await this.#ask('GET-MASTER-ADDR-BY-NAME', 'mine'))[1] !== before)
  }

  async stop(): Promise<void> {
    this.#client.disconnect()
    await this.kill()
    rmSync(this.#folder, { recursive: true })
  }

  async #ask(...words: string[]): Promise<unknown[]> {
    return (await this.#client.call('SENTINEL', ...words)) as unknown[]
  }
}
