// The last delivery with OAuth: in real processes, with the built package.

import { expect } from 'chai'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run, type Ended } from '../support/programs.js'
import { answering } from './support/servers.js'
import { first, withOAuth, type World } from './support/world.js'

const program = new URL('./programs/ends.js', import.meta.url)
const all = [0, 1, 2, 3, 4].map((i) => `event ${i}`)

/** Lets a program end against the servers of a test. */
async function endOf({ tokens, tracking }: World, end: string): Promise<Ended> {
  const folder = await mkdtemp(join(tmpdir(), 'selfsame-oauth-'))
  const keyFile = join(folder, 'key.pem')
  await writeFile(keyFile, first.pem, { mode: 0o600 })
  const ended = await run(program, [tracking.url, tokens.url, keyFile, end])
  await rm(folder, { recursive: true })
  return ended
}

describe('the end of a process with OAuth', () => {
  for (const [end, requests] of [
    ['natural', 1],
    ['process.exit', 1],
    ['process.exit with a token', 1],
    ['a function', 1],
  ] as const) {
    it(`${end}: all is delivered, with ${requests} token asked for`, () =>
      withOAuth(async (world) => {
        const ended = await endOf(world, end)
        expect(ended).to.include({ code: 0, stdout: '', stderr: '' })
        expect(world.tracking.events.filter((event) => event !== 'first')).to.deep.equal(all)
        expect(world.tokens.requests).to.equal(requests)
        expect(world.tokens.problems).to.deep.equal([])
      }))
  }

  it('a token that is refused in the last delivery is renewed in it', () =>
    withOAuth(async (world) => {
      const { tokens, tracking } = world
      tracking.onRequest = () => void tracking.revoked.add('token-0-of-' + tokens.url.slice(-5))
      const ended = await endOf(world, 'process.exit with a token')
      expect(ended).to.include({ code: 0, stdout: '', stderr: '' })
      expect(tracking.events).to.deep.equal(['first', ...all])
      expect(tracking.requests.map(({ status }) => status)).to.deep.equal([200, 401, 200])
      expect(tokens.requests).to.equal(2)
    }))

  it('neither key, token nor write key is on a command line or in an environment', () =>
    withOAuth(async (world) => {
      const { tokens, tracking } = world
      let looked = 0
      tracking.onRequest = async () => {
        for (const id of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
          const [command = '', environment = ''] = await Promise.all(
            ['cmdline', 'environ'].map((file) => readFile(`/proc/${id}/${file}`, 'utf8')),
          ).catch(() => [])
          if (!command.includes('exit-child') && !command.includes(fileURLToPath(program))) continue
          looked++
          for (const secret of [first.pem.slice(40, 80), 'the-write-key', ...tokens.issued])
            expect(`${command} ${environment}`).not.to.include(secret)
        }
      }
      await endOf(world, 'process.exit')
      expect(tracking.events).to.deep.equal(all)
      // The program and its child.
      expect(looked).to.be.at.least(2)
    }))

  for (const [end, reason] of [
    [
      'an asynchronous function',
      'a clientKey of oauth that is an asynchronous function cannot be called synchronously: await close() before the process ends',
    ],
    [
      'a client of its own for tokens',
      'a custom httpClient of oauth cannot make requests synchronously: await close() before the process ends',
    ],
  ] as const) {
    it(`${end}: what is lost is said, and why`, () =>
      withOAuth(async (world) => {
        const ended = await endOf(world, end)
        expect(ended).to.include({ code: 0, stdout: '' })
        expect(ended.stderr).to.equal(
          `selfsame: 5 messages were not delivered before the process ended: 5 track (${reason})\n`,
        )
        expect(world.tracking.requests).to.deep.equal([])
      }))
  }

  it('the authorization server refuses: what is lost is said, and nothing of the key', () =>
    withOAuth(async (world) => {
      world.tokens.trouble = answering(401, '{"error":"invalid_client"}')
      const ended = await endOf(world, 'process.exit')
      expect(ended.code).to.equal(0)
      expect(ended.stderr).to.match(
        /^selfsame: 5 messages were not delivered .+ 5 track \(http\S+ gave no OAuth token: it answered 401 invalid_client; check .+\)\n$/,
      )
      expect(ended.stderr).not.to.include(first.pem.slice(40, 60))
    }))
})
