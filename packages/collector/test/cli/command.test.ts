// The built command `selfsame-collector`, in a process and a folder of its own.
import { expect } from 'chai'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startCollector } from '../../lib/index.js'

const program = fileURLToPath(new URL('../../dist/cli.js', import.meta.url))

describe('selfsame-collector', () => {
  let folder = ''
  let children: ChildProcess[] = []
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'selfsame-'))
    children = []
  })
  afterEach(() => {
    for (const child of children) child.kill('SIGKILL')
    rmSync(folder, { recursive: true })
  })

  function start(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    const child = spawn(process.execPath, [program, ...args], {
      cwd: folder,
      env: { ...process.env, NODE_OPTIONS: '', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    children.push(child)
    const text = { out: '', err: '' }
    child.stdout.on('data', (part: Buffer) => (text.out += part.toString()))
    child.stderr.on('data', (part: Buffer) => (text.err += part.toString()))
    return { child, text }
  }

  async function run(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    const { child, text } = start(args, env)
    const [code] = (await once(child, 'close')) as [number | null]
    return { code, ...text }
  }

  async function serving(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    const started = start(['--port', '0', ...args], env)
    for (;;) {
      const url = /listening on (\S+),/.exec(started.text.err)?.[1]
      if (url !== undefined) return { ...started, url }
      if (started.child.exitCode !== null) throw new Error(started.text.err)
      await once(started.child.stderr, 'data')
    }
  }

  const messages = [
    { type: 'page', anonymousId: 'a1', name: 'Home' },
    { type: 'identify', userId: 'u1', anonymousId: 'a1', traits: { email: 'jane@example.com' } },
    { type: 'track', userId: 'u2', anonymousId: 'a1', event: 'Signed Up' },
    { type: 'track', userId: 'u2' },
  ]
  const file = () => {
    writeFileSync(join(folder, 'm.ndjson'), messages.map((each) => JSON.stringify(each)).join('\n'))
    return 'm.ndjson'
  }

  it('opens the page in the browser if told to, and says if it cannot', async () => {
    const opened = join(folder, 'opened')
    for (const name of ['xdg-open', 'open']) {
      const script = `#!/bin/sh\nprintf %s "$1" > '${opened}.new' && mv '${opened}.new' '${opened}'\n`
      writeFileSync(join(folder, name), script, { mode: 0o755 })
    }
    const { url } = await serving(['--open'], { PATH: `${folder}:${process.env.PATH ?? ''}` })
    while (!existsSync(opened)) await new Promise((resolve) => setTimeout(resolve, 10))
    expect(readFileSync(opened, 'utf8')).to.equal(url)

    const { child, text } = await serving(['--open'], { PATH: '/nowhere' })
    while (!text.err.includes('no program that opens')) await once(child.stderr, 'data')
    child.kill('SIGINT')
    expect(await once(child, 'close')).to.deep.equal([0, null])
  })

  it('says what is not as planned, by a plan in a file', async () => {
    const selfsame = fileURLToPath(new URL('../../../../dist/plan.js', import.meta.url))
    const plan = `import { definePlan, jsonSchema } from ${JSON.stringify(selfsame)}
export default definePlan({ events: { 'Signed Up': jsonSchema({ type: 'object', required: ['plan'] }) } })`
    writeFileSync(join(folder, 'plan.mjs'), plan)
    const { child, url, text } = await serving(['--plan', 'plan.mjs'])
    expect(await run(['send', file(), '--url', url])).to.include({ code: 0 })
    child.kill('SIGINT')
    expect(await once(child, 'close')).to.deep.equal([0, null])
    const lines = text.out.split('\n')
    const place = lines.findIndex((line) => line.includes('track "Signed Up"'))
    expect(lines[place + 1]).to.equal('  not as planned: properties.plan: is missing')
    expect(text.out.match(/not as planned/g)).to.have.lengthOf(1)

    expect(await run(['--plan', 'none.mjs'])).to.deep.include({
      code: 2,
      err: 'selfsame-collector: the plan none.mjs cannot be read: ENOENT\n',
    })
  })

  it('takes messages into a file, says why ids are one person or two, rebuilds and erases', async () => {
    const { child, url, text } = await serving(['--db', 'events.db'])
    expect(await run(['send', file(), '--url', url])).to.include({ code: 0 })
    child.kill('SIGINT')
    expect(await once(child, 'close')).to.deep.equal([0, null])
    expect(text.out).to.include('page "Home" anonymousId="a1"')
    expect(text.out).to.include('rejected event_not_defined')

    const db = ['--db', 'events.db']
    const one = await run(['explain', 'user_id:u1', 'anonymous_id:a1', ...db])
    expect(one.out).to.include('are one person')
    const two = await run(['explain', 'user_id:u1', 'user_id:u2', ...db])
    expect(two.out).to.include('a person has one user_id')

    writeFileSync(join(folder, 'rules.json'), '{"limits":{"user_id":2}}')
    const rebuild = ['rebuild', '--rules', 'rules.json', ...db]
    expect((await run(rebuild)).out).to.include('2 people before, 1 now')
    expect((await run([...rebuild, '--apply'])).code).to.equal(0)
    expect((await run(['rebuild', ...db, '--apply'])).out).to.include('1 people before, 2 now')

    expect(await run(['erase', 'user_id:u1', ...db])).to.include({ code: 2 })
    const erased = await run(['erase', 'email:jane@example.com', '--yes', ...db])
    expect(erased).to.include({ code: 0 })
    expect(erased.out).to.match(/erased: 2 messages/)
    expect(await run(['erase', 'user_id:u1', '--yes', ...db])).to.include({ code: 1 })
  }).timeout(60_000)

  it('tails what a collector has and gets, and only what a filter matches', async () => {
    await using collector = await startCollector()
    await run(['send', file(), '--url', collector.url])
    await fetch(`${collector.url}/v1/batch`, { method: 'POST', body: 'no JSON' })
    const refused = start(['tail', 'is:discarded', '--url', collector.url])
    while (!refused.text.out.includes('bad_request')) await once(refused.child.stdout, 'data')
    const { child, text } = start(['tail', 'user:u2', '--url', collector.url])
    while (!text.out.includes('event_not_defined')) await once(child.stdout, 'data')
    await run(['send', file(), '--url', collector.url])
    while (text.out.split('Signed Up').length < 3) await once(child.stdout, 'data')
    child.kill('SIGTERM')
    expect((await once(child, 'close'))[0]).to.equal(0)
    expect(text.out).not.to.include('Home')
  }).timeout(30_000)

  it('answers questions of others only with a token, and takes their messages without', async () => {
    const secret = 'the-token'
    const { url, text } = await serving(
      ['--listen', '0.0.0.0', '--token-env', 'READ_TOKEN', '--quiet'],
      { READ_TOKEN: secret },
    )
    expect(await run(['send', file(), '--url', url])).to.include({ code: 0 })
    expect((await fetch(`${url}/_/messages`)).status).to.equal(401)
    const headers = { authorization: `Bearer ${secret}` }
    expect((await fetch(`${url}/_/messages`, { headers })).status).to.equal(200)
    expect(text.out).to.equal('')
    expect(text.err).not.to.include(secret)
  }).timeout(30_000)

  const wrong: [string, string[], string][] = [
    ['a port that is in use', ['--port'], 'is in use: choose another with --port'],
    ['a token that is missing', ['--listen', '0.0.0.0'], 'needs --token-env|name a token'],
    ['a password on the command line', ['--db', 'postgres://a:hunter2@h/d'], '--db-env'],
    ['a password in the query', ['--db', 'postgres://h/d?password=hunter2'], '--db-env'],
    ['rules that are none', ['--rules', 'nothing.json'], 'cannot be read'],
    ['an unknown option', ['--nope'], "unknown option '--nope'"],
    ['an unknown command', ['tial'], 'there is no command tial; there are: tail, send'],
    ['a file that is not there', ['explain', 'a:1', 'b:2', '--db', 'typo.db'], 'no file typo.db'],
    [
      'an identifier that is none',
      ['explain', 'u1', 'a1', '--db', 'x.db'],
      'type:value|no messages',
    ],
    [
      'a collector that is not there',
      ['tail', '--url', 'http://127.0.0.1:1'],
      'there is no collector',
    ],
  ]
  for (const [what, args, message] of wrong) {
    it(`says in one line what is wrong: ${what}`, async () => {
      await using collector = await startCollector()
      const all = args[0] === '--port' ? ['--port', String(collector.port)] : args
      const { code, err } = await run(all)
      expect(code).to.be.oneOf([1, 2])
      expect(err.trim().split('\n')).to.have.length(1)
      expect(err).to.match(new RegExp(message)).and.not.include('hunter2')
    }).timeout(20_000)
  }

  it('says that what answers is no collector', async () => {
    const other = createServer((_request, response) => response.end('<html>'))
    await once(other.listen(0, '127.0.0.1'), 'listening')
    try {
      const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`
      const { code, err } = await run(['tail', '--url', url])
      expect(code).to.equal(1)
      expect(err).to.equal(
        `selfsame-collector: what answers at ${url} is no collector: name one with --url\n`,
      )
    } finally {
      other.close()
    }
  }).timeout(20_000)

  it('creates no file to look into', async () => {
    for (const args of [['explain', 'a:1', 'b:2'], ['erase', 'a:1', '--yes'], ['rebuild']]) {
      expect((await run([...args, '--db', 'typo.db'])).code).to.equal(2)
    }
    expect(existsSync(join(folder, 'typo.db'))).to.equal(false)
  }).timeout(20_000)

  it('sends again what the collector cannot take now, and all of it once', async () => {
    await using collector = await startCollector()
    collector.misbehave({ status: 503, retryAfter: 0, store: true }, { status: 503, retryAfter: 0 })
    const sent = await run(['send', file(), '--url', collector.url])
    expect(sent.code).to.equal(0)
    expect(collector.requests.map(({ status }) => status)).to.deep.equal([503, 503, 200])
    expect(collector.accepted).to.equal(3)
  }).timeout(20_000)

  it('ends without a word when nobody reads any more', async () => {
    await using collector = await startCollector({ db: join(folder, 'events.db') })
    const batch = Array.from({ length: 2000 }, (_, i) => ({
      type: 'track',
      event: 'E',
      userId: `u${i}`,
      anonymousId: `a${i}`,
    }))
    await collector.fetch('/v1/batch', {
      body: JSON.stringify({ batch, writeKey: 'k' }),
      headers: { 'content-type': 'application/json' },
    })
    writeFileSync(join(folder, 'rules.json'), '{"blocked":[{"pattern":"^a"}]}')
    const rebuild = ['rebuild', '--rules', 'rules.json', '--limit', '2000', '--db', 'events.db']
    for (const args of [rebuild, ['--help']]) {
      const { child, text } = start(args)
      child.stdout.destroy()
      expect((await once(child, 'close'))[0], args.join(' ')).to.equal(0)
      expect(
        text.err.replace('nothing was changed: --apply puts the result in place\n', ''),
      ).to.equal('')
    }
  }).timeout(30_000)

  it('has help with examples', async () => {
    const { code, out } = await run(['--help'])
    expect(code).to.equal(0)
    for (const word of ['tail', 'send', 'explain', 'rebuild', 'erase', 'Examples:', '--db']) {
      expect(out).to.include(word)
    }
  })
})
