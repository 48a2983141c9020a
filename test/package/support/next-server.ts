// A Next.js server in a process of its own.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import type { Readable } from 'node:stream'
import { userEnvironment } from './run.js'

export class NextServer {
  readonly origin: string
  readonly #child: ChildProcess
  #output = ''

  /**
   * Resolves when it takes requests; rejects if it ends before.
   * @param program With its arguments, for Node. The port is in the environment.
   */
  static async start(program: string[], cwd: string, env: NodeJS.ProcessEnv): Promise<NextServer> {
    // Neither `next start` nor its standalone server says which port it took if it is given 0.
    const port = await freePort()
    const child = spawn(process.execPath, program, {
      cwd,
      env: { ...userEnvironment(), ...env, PORT: String(port), HOSTNAME: '127.0.0.1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const server = new NextServer(port, child, [child.stdout, child.stderr])
    while (!server.#output.includes('Ready in')) {
      if (child.exitCode !== null) throw new Error(`the server has ended:\n${server.#output}`)
      await Promise.race([once(child.stdout, 'data'), once(child, 'close')])
    }
    return server
  }

  private constructor(port: number, child: ChildProcess, streams: Readable[]) {
    this.origin = `http://127.0.0.1:${port}`
    this.#child = child
    for (const stream of streams) {
      stream.on('data', (text: Buffer) => (this.#output += text.toString()))
    }
  }

  /** Ends it as a process manager does. @returns all that it printed */
  async stop(): Promise<string> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const closed = once(this.#child, 'close')
      this.#child.kill('SIGTERM')
      await closed
    }
    return this.#output
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
