// `selfsame dev`: what a client sends is printed as it arrives.

import { expect } from 'chai'
import { once } from 'node:events'
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Analytics } from '../../lib/index.js'
import { secret, withCommand, type Started } from './command.js'

/** Resolves with the first group of the pattern, when the command has printed it. */
async function printed({ child, outcome }: Started, pattern: RegExp): Promise<string> {
  let text = ''
  const found = new Promise<string>((resolve) => {
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => {
        text += chunk.toString()
        const match = pattern.exec(text)
        if (match) resolve(match[1] ?? '')
      })
  })
  const ended = outcome.then(({ code, stderr }) => {
    throw new Error(`ended with ${code} before it printed ${String(pattern)}: ${stderr}`)
  })
  return await Promise.race([found, ended])
}

const root = fileURLToPath(new URL('../..', import.meta.url))

/** The command in a folder that has what it depends on, and no collector. */
function copyOf(folder: string): string {
  const modules = join(folder, 'node_modules')
  const copy = join(modules, 'selfsame')
  cpSync(join(root, 'dist'), join(copy, 'dist'), { recursive: true })
  cpSync(join(root, 'package.json'), join(copy, 'package.json'))
  for (const name of ['axios', 'tldts'])
    symlinkSync(join(root, 'node_modules', name), join(modules, name))
  return join(copy, 'dist', 'cli.js')
}

const listening = /host to (http:\/\/127\.0\.0\.1:\d+);/

describe('selfsame dev', () => {
  it('prints each message as it arrives, in one line, until Ctrl-C', () =>
    withCommand(async ({ start }) => {
      const started = start(['dev', '--port', '0'])
      const host = await printed(started, listening)
      const analytics = new Analytics({ writeKey: secret, host })
      const arrived = printed(started, /(Invoice Paid)/)
      analytics.identify({ userId: 'u1', traits: { name: 'two\nlines\u009b2J' } })
      analytics.track({ anonymousId: 'a1', event: 'Signed Up', properties: { plan: 'pro' } })
      analytics.group({ userId: 'u1', groupId: 'g1' })
      analytics.page({ userId: 'u1', name: 'Pricing' })
      await analytics.flush()
      analytics.track({ userId: 'u1', event: 'Invoice Paid' })
      await analytics.close()
      await arrived
      started.child.kill('SIGINT')
      const { code, stdout, stderr } = await started.outcome
      const time = /^\d\d:\d\d:\d\d\.\d{3} /gm
      expect(stdout.match(time)).to.have.length(5)
      expect(stdout.replace(time, '').split('\n')).to.deep.equal([
        'identify userId="u1" {"name":"two\\nlines\\u009b2J"}',
        'track "Signed Up" anonymousId="a1" {"plan":"pro"}',
        'group userId="u1" groupId="g1"',
        'page "Pricing" userId="u1"',
        'track "Invoice Paid" userId="u1"',
        '',
      ])
      expect(stdout + stderr).not.to.include(secret)
      expect(code).to.equal(0)
    }))

  it('prints what the service would refuse, with the reason', () =>
    withCommand(async ({ start }) => {
      const started = start(['dev', '--port', '0'])
      const host = await printed(started, listening)
      const line = printed(started, /^(rejected .*)$/m)
      await fetch(`${host}/v1/batch`, {
        method: 'POST',
        headers: {
          'Content-Type': 'application/json',
          Authorization: `Basic ${btoa(`${secret}:`)}`,
        },
        body: JSON.stringify({ batch: [{ type: 'track', userId: 'u1' }] }),
      })
      expect(await line).to.match(/^rejected event_not_defined: /)
    }))

  it('ends when its output is no longer read', () =>
    withCommand(async ({ start }) => {
      const started = start(['dev', '--port', '0'])
      const host = await printed(started, listening)
      const analytics = new Analytics({ writeKey: 'k', host, flushAt: 1 })
      started.child.stdout?.destroy()
      analytics.track({ userId: 'u1', event: 'Signed Up' })
      expect((await started.outcome).code).to.equal(0)
      await analytics.close({ timeout: 0 })
    }))

  it('says how to install the collector if it is not installed', () =>
    withCommand(async ({ folder, run }) => {
      const { code, stdout, stderr } = await run(['dev'], { command: copyOf(folder) })
      expect(stderr).to.equal(
        'selfsame: @selfsame/collector is not installed: npm install --save-dev @selfsame/collector\n',
      )
      expect({ code, stdout }).to.deep.equal({ code: 2, stdout: '' })
    }))

  it('takes the collector of the project in which it is run', () =>
    withCommand(async ({ folder, run }) => {
      const place = join(folder, 'node_modules', '@selfsame', 'collector')
      mkdirSync(place, { recursive: true })
      writeFileSync(join(place, 'package.json'), '{ "main": "index.cjs" }')
      writeFileSync(
        join(place, 'index.cjs'),
        "exports.startCollector = () => Promise.reject(new Error('the one of the project'))",
      )
      const { code, stderr } = await run(['dev'])
      expect(stderr).to.equal('selfsame: the one of the project\n')
      expect(code).to.equal(1)
    }))

  it('says that its port is in use, or is not a port', () =>
    withCommand(async ({ run }) => {
      const server = createServer().listen(0, '127.0.0.1')
      await once(server, 'listening')
      const { port } = server.address() as AddressInfo
      try {
        const taken = await run(['dev', '--port', String(port)])
        expect(taken.stderr).to.equal(
          `selfsame: port ${port} is in use: choose another with --port, or 0 for any\n`,
        )
        expect(taken.code).to.equal(2)
        const none = await run(['dev', '--port', '65536'])
        expect(none.stderr).to.include('Allowed: a whole number, 0 to 65535.')
        expect(none.code).to.equal(2)
      } finally {
        server.close()
      }
    }))
})
