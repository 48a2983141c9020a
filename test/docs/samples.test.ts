// Every sample of the documentation runs as it is printed, and every TypeScript sample compiles.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { startCollector, type Collector } from '@selfsame/collector'
import { fencesOf, nameOf, pages, root, type Fence } from './pages.js'

/** What a sample can be written in. Other blocks (sh, json, text) are not run. */
const runnable = new Set([
  'js',
  'mjs',
  'cjs',
  'javascript',
  'jsx',
  'ts',
  'mts',
  'typescript',
  'tsx',
])
/** Their samples need servers: test/queue runs them. */
const withServers = new Set(['docs/workers.md', 'docs/transactional-outbox.md'])
const fences = pages
  .filter(({ path }) => !withServers.has(path))
  .flatMap(fencesOf)
  .filter(({ language }) => runnable.has(language))
const typed = (language: string): boolean => /^(ts|mts|typescript)$/.test(language)

interface Outcome {
  readonly code: number | string
  readonly output: string
  readonly errors: string
}

/** Samples that run at a time: most of their time they wait. */
const atOnce = 4
/** A sample that takes longer than this hangs. */
const longest = 30_000

describe('the samples of the documentation', function () {
  this.timeout(120_000)

  const outcomes = new Map<Fence, Outcome>()
  let collector: Collector
  let folder: string
  let types: Promise<Outcome>

  before(async () => {
    collector = await startCollector()
    // Within the package, so that `import … from 'selfsame'` finds it.
    folder = mkdtempSync(join(root, 'test/docs/samples-'))
    const files = new Map(fences.map((fence) => [fence, write(folder, fence)]))
    types = compile([...files.values()].filter((file) => file.endsWith('.mts')))
    const waiting = [...files]
    const lane = async (): Promise<void> => {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        const [fence, file] = next
        outcomes.set(fence, await play(file, folder, collector.url))
      }
    }
    await Promise.all(Array.from({ length: atOnce }, lane))
  })

  after(async () => {
    await types
    rmSync(folder, { recursive: true })
    await collector.close()
  })

  for (const fence of fences) {
    it(`${fence.page}:${fence.line} runs`, () => {
      const { code, output, errors } = outcomes.get(fence) ?? expect.fail('it was not run')
      expect(errors, output).to.equal('')
      expect(code, output).to.equal(0)
    })
  }

  it('were all run', () => {
    expect(outcomes.size).to.equal(fences.length).and.to.be.greaterThan(0)
  })

  it('compile', async () => {
    const { code, output } = await types
    expect(code, output).to.equal(0)
  })

  it('join the visitor and the user in each framework', () => {
    const signups = fences.filter(
      ({ code }) => /\blinkUser\(/.test(code) && code.includes('5f1c9cc4'),
    )
    expect(signups).to.have.length.above(6)
    for (const fence of signups) {
      const { output } = outcomes.get(fence) ?? expect.fail('it was not run')
      const joined = /^identify 5f1c9cc4-3b5f-4d2c-9f0e-2d9b8a3a1c77 user-42$/m
      expect(output, `${fence.page}:${fence.line}`).to.match(joined)
    }
  })

  it('send nothing that the API would discard', () => {
    expect(collector.accepted).to.be.greaterThan(0)
    expect(collector.rejected).to.deep.equal([])
  })
})

function write(folder: string, fence: Fence): string {
  const isCommonJs = !/^(import|export)\b/m.test(fence.code) && fence.code.includes('require(')
  const extension = typed(fence.language) ? 'mts' : isCommonJs ? 'cjs' : 'mjs'
  const file = join(folder, `${nameOf(fence)}.${extension}`)
  writeFileSync(file, fence.code)
  return file
}

function play(file: string, cwd: string, host: string): Promise<Outcome> {
  const loader = file.endsWith('.mts') ? ['--import=tsx'] : []
  const player = join(root, 'test/docs/play.mjs')
  return run([...loader, player, file], cwd, {
    SEGMENT_WRITE_KEY: 'docs',
    SEGMENT_HOST: host,
    // Without the paths of the tsconfig.json above: a sample runs with the packages as they are built.
    TSX_TSCONFIG_PATH: join(root, 'test/docs/tsconfig.samples.json'),
  })
}

function compile(files: string[]): Promise<Outcome> {
  if (files.length === 0) return Promise.resolve({ code: 0, output: '', errors: '' })
  const options =
    '--noEmit --strict --skipLibCheck --target es2023 --module nodenext --types node --experimentalDecorators'
  const lib = ['--lib', 'es2023,esnext.disposable']
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  // Without tsconfig.json, which is that of lib/ and test/.
  return run([tsc, ...options.split(' '), ...lib, '--ignoreConfig', ...files], root, {}, 100_000)
}

async function run(
  args: string[],
  cwd: string,
  environment: Record<string, string> = {},
  timeout = longest,
): Promise<Outcome> {
  const child = spawn(process.execPath, args, {
    cwd,
    // As a reader's shell: nothing of what runs the tests decides how a sample behaves.
    env: { ...process.env, NODE_ENV: '', NODE_OPTIONS: '', NODE_DEBUG: '', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout,
    killSignal: 'SIGKILL',
  })
  let output = ''
  let errors = ''
  child.stdout.on('data', (data: Buffer) => (output += data.toString()))
  child.stderr.on('data', (data: Buffer) => (errors += data.toString()))
  const code = await new Promise<number | string>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (status, signal) => {
      resolve(status ?? signal ?? 'unknown')
    })
  })
  return { code, output, errors }
}
