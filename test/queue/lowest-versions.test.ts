// The lowest versions of the engines that package.json allows, with the packed package.

import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect } from 'chai'
import { root } from '../docs/pages.js'
import { run as runCommand } from '../package/support/run.js'
import { Cluster } from '../postgres/cluster.js'
import { run } from '../support/programs.js'
import { RedisServer } from './redis-server.js'

const engines = ['bullmq', 'ioredis', 'graphile-worker', 'pg']

function lowestOf(name: string): string {
  const { peerDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    peerDependencies: Record<string, string>
  }
  const [, version] = /^>=(\d+\.\d+\.\d+)$/.exec(peerDependencies[name] ?? '') ?? []
  if (version === undefined) throw new Error(`the range of ${name} is not >=x.y.z`)
  return version
}

describe('the lowest versions of the engines', function () {
  this.timeout(180_000)
  let folder: string

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'selfsame-lowest-'))
    writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }')
    const pack = ['pack', '--ignore-scripts', '--pack-destination', folder]
    const { stdout } = await runCommand('npm', pack, { cwd: root })
    const packages = engines.map((name) => `${name}@${lowestOf(name)}`)
    const options = ['--no-audit', '--no-fund', '--ignore-scripts']
    await runCommand('npm', ['install', ...options, `./${stdout.trim()}`, ...packages], {
      cwd: folder,
    })
    copyFileSync(join(root, 'test/queue/programs/round-trip.js'), join(folder, 'round-trip.js'))
  })
  after(() => {
    rmSync(folder, { recursive: true })
  })

  async function expectRoundTrip(engine: string, url: string): Promise<void> {
    const program = pathToFileURL(join(folder, 'round-trip.js'))
    const { code, stdout, stderr } = await run(program, [engine, url])
    expect(stdout, stderr).to.include('300 arrived')
    expect(code).to.equal(0)
  }

  it('are those that are installed', () => {
    for (const name of engines) {
      const manifest = readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8')
      expect(JSON.parse(manifest)).to.include({ name, version: lowestOf(name) })
    }
  })

  it('deliver through BullMQ', async () => {
    const redis = await RedisServer.start(['--maxmemory-policy', 'noeviction'])
    try {
      await expectRoundTrip('bullmq', redis.url)
    } finally {
      await redis.stop()
    }
  })

  it('deliver through graphile-worker', async () => {
    const cluster = new Cluster({ isDurable: true })
    try {
      await expectRoundTrip('graphile-worker', cluster.url)
    } finally {
      cluster.stop()
    }
  })
})
