// Where axios cannot be loaded as usual: no file descriptor, no WebAssembly, a bundle without node_modules.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { build } from 'esbuild'
import { run, type Ended } from '../support/programs.js'
import { withCollector } from '../support/clients.js'

const programOf = (name: string): URL => new URL(`./programs/${name}.js`, import.meta.url)
const lastLine = ({ stdout, stderr }: Ended): unknown => {
  const line = stdout.trim().split('\n').at(-1)
  if (!line) throw new Error(`no output; standard error: ${stderr}`)
  return JSON.parse(line)
}

/** Runs a program under a limit of the shell's ulimit. */
async function runLimited(limit: string, program: URL, args: string[]): Promise<Ended> {
  const shell = join(mkdtempSync(join(tmpdir(), 'selfsame-limit-')), 'limited.cjs')
  writeFileSync(
    shell,
    `const { spawn } = require('node:child_process')
const [limit, ...command] = process.argv.slice(2)
spawn('bash', ['-c', \`ulimit \${limit} && exec "$@"\`, 'bash', process.execPath, ...command], { stdio: 'inherit' })
  .on('exit', (code, signal) => (process.exitCode = code ?? 100))
`,
  )
  try {
    return await run(new URL(`file://${shell}`), [limit, fileURLToPath(program), ...args])
  } finally {
    rmSync(join(shell, '..'), { recursive: true, force: true })
  }
}

describe('a client that finds no free file descriptor at its first send', () => {
  for (const format of ['esm', 'cjs']) {
    for (const free of [0, 1, 2, 4]) {
      it(`delivers once there are some again (${format}, ${free} free)`, () =>
        withCollector(async ({ collector }) => {
          const ended = await runLimited('-n 40', programOf('few-descriptors'), [
            format,
            collector.url,
            String(free),
          ])
          expect(lastLine(ended)).to.deep.include({ delivered: 1, failed: 0 })
          expect(lastLine(ended)).to.have.property('held').that.is.above(0)
          expect(collector.messages).to.have.lengthOf(1)
        })).timeout(40_000)
    }
  }
})

describe('a process that cannot run WebAssembly', () => {
  it('delivers, and continues, without it (--jitless)', () =>
    withCollector(async ({ collector }) => {
      const ended = await run(programOf('one-call'), [collector.url], { nodeArgs: ['--jitless'] })
      expect(ended.code, ended.stderr).to.equal(0)
      expect(lastLine(ended)).to.include({ delivered: 1 })
      expect(collector.messages).to.have.lengthOf(1)
    })).timeout(40_000)

  it('delivers, and continues, without room for it (ulimit -v)', () =>
    withCollector(async ({ collector }) => {
      const ended = await runLimited('-v 4000000', programOf('one-call'), [collector.url])
      expect(ended.code, ended.stderr).to.equal(0)
      expect(lastLine(ended)).to.include({ delivered: 1 })
    })).timeout(40_000)
})

describe('an app bundled by esbuild, in a folder without node_modules', () => {
  const banner =
    "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);"
  let folder: string
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'selfsame-bundle-'))))
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  const closes = `
// CommonJS has no await at its top level.
analytics.close({ timeout: 10_000 }).then((counts) => console.log(JSON.stringify(counts)))`
  const bundle = async (
    format: 'esm' | 'cjs',
    withBanner: boolean,
    end: string = closes,
  ): Promise<URL> => {
    const outfile = join(folder, 'out', format === 'esm' ? 'app.mjs' : 'app.cjs')
    const result = await build({
      stdin: {
        contents: `import { Analytics } from 'selfsame'
const analytics = new Analytics({ writeKey: 'k', host: process.argv[2] })
analytics.track({ userId: 'u1', event: 'E' })
${end}`,
        resolveDir: fileURLToPath(new URL('./programs/', import.meta.url)),
      },
      bundle: true,
      platform: 'node',
      format,
      outfile,
      logLevel: 'silent',
      ...(withBanner ? { banner: { js: banner } } : {}),
    })
    expect(result.errors).to.deep.equal([])
    expect(readdirSync(join(folder, 'out'))).to.have.lengthOf(1)
    return new URL(`file://${outfile}`)
  }

  it('delivers with axios (an ES module with the banner)', () =>
    withCollector(async ({ collector }) => {
      const ended = await run(await bundle('esm', true), [collector.url])
      expect(lastLine(ended)).to.include({ delivered: 1 })
      expect(ended.stderr).to.equal('')
      expect(collector.requests[0]?.headers['user-agent']).to.match(/^selfsame/)
    })).timeout(40_000)

  it('delivers by fetch, and says what to do (an ES module without the banner)', () =>
    withCollector(async ({ collector }) => {
      const ended = await run(await bundle('esm', false), [collector.url])
      expect(lastLine(ended)).to.include({ delivered: 1 })
      expect(ended.stderr)
        .to.include('SELFSAME_NO_AXIOS')
        .and.include('external')
        .and.include('banner')
      expect(ended.stderr.match(/SELFSAME_/g)).to.have.lengthOf(1)
      expect(collector.messages).to.have.lengthOf(1)
    })).timeout(40_000)

  it('delivers with axios (CommonJS)', () =>
    withCollector(async ({ collector }) => {
      const ended = await run(await bundle('cjs', false), [collector.url])
      expect(lastLine(ended)).to.include({ delivered: 1 })
      expect(ended.stderr).not.to.include('SELFSAME_NO_AXIOS')
    })).timeout(40_000)

  for (const [format, withBanner, name] of [
    ['esm', true, 'an ES module with the banner'],
    ['esm', false, 'an ES module without the banner'],
    ['cjs', false, 'CommonJS'],
  ] as const) {
    it(`delivers when it runs out of work (${name})`, () =>
      withCollector(async ({ collector }) => {
        const ended = await run(await bundle(format, withBanner, ''), [collector.url])
        expect(ended.code).to.equal(0)
        expect(ended.stderr).not.to.include('not delivered')
        expect(collector.messages).to.have.lengthOf(1)
      })).timeout(40_000)

    it(`says last what to do if process.exit() ends it (${name})`, () =>
      withCollector(async ({ collector }) => {
        const ended = await run(await bundle(format, withBanner, 'process.exit()'), [collector.url])
        expect(ended.code).to.equal(0)
        expect(ended.stderr).to.match(
          /1 message was not delivered .+ mark selfsame as external .+\n$/,
        )
        expect(collector.messages).to.deep.equal([])
      })).timeout(40_000)
  }

  it('reports at once what to do if there is no fetch either', () =>
    withCollector(async ({ collector }) => {
      const app = await bundle('esm', false)
      const ended = await run(app, [collector.url], {
        nodeArgs: ['--import', 'data:text/javascript,delete globalThis.fetch'],
      })
      expect(lastLine(ended)).to.deep.equal({ delivered: 0, failed: 1, pending: 0 })
      expect(ended.stderr).to.include('SELFSAME_REJECTED').and.include('external')
      expect(ended.duration).to.be.below(8_000)
    })).timeout(40_000)
})

it('the shell of this machine knows ulimit', () => {
  expect(spawnSync('bash', ['-c', 'ulimit -n 40 && echo ok']).stdout.toString()).to.equal('ok\n')
})
