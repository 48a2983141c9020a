// A Redis of the test's own: on a free port of loopback, with its data in a temporary directory.

import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import type { Certificate } from '../support/certificate.js'
import { until } from './until.js'

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

export class RedisServer {
  readonly port: number
  readonly folder = mkdtempSync(join(tmpdir(), 'selfsame-redis-'))
  #settings: readonly string[]
  readonly #password: string | undefined
  #tlsPort: number | undefined
  #process: ChildProcess | undefined
  #client: Redis | undefined

  private constructor(port: number, settings: readonly string[], password: string | undefined) {
    this.port = port
    this.#settings = settings
    this.#password = password
  }

  /** @param settings as on the command line: `--maxmemory 10mb` */
  static async start(settings: readonly string[] = [], password?: string): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), settings, password)
    await server.start()
    return server
  }

  /** Of a Redis without a password. */
  get url(): string {
    return `redis://127.0.0.1:${this.port}`
  }

  /** A connection for the test itself. */
  get client(): Redis {
    this.#client ??= this.#connect()
    return this.#client
  }

  /** @param settings in place of those that it had */
  async start(settings = this.#settings): Promise<void> {
    this.#settings = settings
    const args = [
      ...['--port', String(this.port), '--bind', '127.0.0.1', '--dir', this.folder],
      ...['--save', '', '--appendonly', 'yes', '--appendfsync', 'everysec'],
      ...(this.#password === undefined ? [] : ['--requirepass', this.#password]),
      ...this.#settings,
    ]
    const child = spawn('redis-server', args, { stdio: 'ignore' })
    this.#process = child
    const failed = new Promise<never>((_, reject) => {
      child.once('error', () => {
        reject(
          new Error('there is no redis-server: install it (Debian: apt-get install redis-server)'),
        )
      })
    })
    await Promise.race([failed, this.#answering()])
  }

  /** Makes it a replica of another, which has all that matters: its own data is gone. */
  async follow(master: RedisServer): Promise<void> {
    await this.client.replicaof('127.0.0.1', master.port)
    await until(async () => (await this.client.info('replication')).includes('link_status:up'))
  }

  /** From now on connections to its TLS port, which is returned, see this certificate. */
  async serveTls({ key, cert }: Certificate): Promise<number> {
    const path = (name: string): string => join(this.folder, `${name}.pem`)
    writeFileSync(path('key'), key)
    writeFileSync(path('cert'), cert)
    const files = ['tls-key-file', path('key'), 'tls-cert-file', path('cert')]
    const clients = ['tls-ca-cert-file', path('cert'), 'tls-auth-clients', 'no']
    this.#tlsPort ??= await freePort()
    await this.client.call(
      ...['CONFIG', 'SET', ...files, ...clients, 'tls-port', String(this.#tlsPort)],
    )
    return this.#tlsPort
  }

  signal(signal: NodeJS.Signals): void {
    this.#process?.kill(signal)
  }

  /** As if the machine had lost it: the append-only file has what was written to it. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const child = this.#process
    this.#process = undefined
    if (child?.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill(signal)
    await ended
  }

  async stop(): Promise<void> {
    this.#client?.disconnect()
    await this.kill()
    rmSync(this.folder, { recursive: true })
  }

  #connect(): Redis {
    const client = new Redis({ port: this.port, host: '127.0.0.1', password: this.#password ?? '' })
    client.on('error', () => undefined)
    return client
  }

  async #answering(): Promise<void> {
    for (;;) {
      const client = new Redis({
        ...{ port: this.port, host: '127.0.0.1', password: this.#password ?? '' },
        lazyConnect: true,
        retryStrategy: () => null,
      })
      client.on('error', () => undefined)
      try {
        await client.connect()
        return
      } catch {
        await sleep(20)
      } finally {
        client.disconnect()
      }
    }
  }
}
