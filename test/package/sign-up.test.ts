// One suite of a sign-up handler in five ways of writing tests, and with the library mocked: which of twelve planted bugs
// each finds, and how many lines it has. docs/testing.md has the tables.
import { expect } from 'chai'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { App } from './support/installation.js'
import { userEnvironment } from './support/run.js'
import { bugs, withBug } from './support/sign-up-bugs.js'
import { installedBesideTestRunners, testingFixtures } from './support/test-runners.js'

const fixtures = join(testingFixtures, 'sign-up')
const page = fileURLToPath(new URL('../../docs/testing.md', import.meta.url))

/** The suites, each with what runs it. A runner gives the folders in which the suite has failed. */
const suites: Readonly<Record<string, { file: string; run: (app: App) => Promise<Set<string>> }>> =
  {
    Vitest: {
      file: 'vitest.test.mjs',
      run: (app) =>
        byReport(app, 'vitest', ['run', 'vitest.test', '--dir=planted', '--reporter=json']),
    },
    'Jest, ES modules': {
      file: 'jest-esm.test.mjs',
      run: (app) =>
        byReport(app, 'jest', ['--json', 'planted/.*jest-esm'], '--experimental-vm-modules'),
    },
    'Jest, CommonJS': {
      file: 'jest-commonjs.test.cjs',
      run: (app) => byReport(app, 'jest', ['--json', 'planted/.*jest-commonjs']),
    },
    'Mocha with chai': {
      file: 'mocha.test.mjs',
      run: (app) => oneByOne(app, ['node_modules/mocha/bin/mocha.js'], 'mocha.test.mjs'),
    },
    'node:test': {
      file: 'node.test.mjs',
      run: (app) => oneByOne(app, ['--test'], 'node.test.mjs'),
    },
    'Jest with mocks': {
      file: 'mocks.test.cjs',
      run: (app) => byReport(app, 'jest', ['--json', 'planted/.*mocks']),
    },
  }

/** The folder of the handler as it should be, and of each bug. */
const folders = ['none', ...bugs.map((_, index) => `bug-${index + 1}`)]

describe('the suites of a sign-up handler', function () {
  this.timeout(400_000)
  const failed = new Map<string, Set<string>>()

  before(async () => {
    const app = await installedBesideTestRunners()
    await plant(app)
    // One after the other: each uses every core.
    for (const [name, suite] of Object.entries(suites)) failed.set(name, await suite.run(app))
  })

  for (const name of Object.keys(suites)) {
    it(`${name}: passes without a bug`, () => {
      expect(failed.get(name)).not.to.include('none')
    })
  }

  for (const name of Object.keys(suites).filter((each) => each !== 'Jest with mocks')) {
    it(`${name}: finds all twelve`, () => {
      expect([...(failed.get(name) ?? [])]).to.have.members(folders.slice(1))
    })
  }

  it('find what docs/testing.md says that they find', async () => {
    const rows = bugs.map(({ name }, index) => {
      const found = Object.keys(suites).map((suite) => failed.get(suite)?.has(`bug-${index + 1}`))
      const ours = found.slice(0, -1).every(Boolean) ? 'found' : 'not found'
      return `| ${name} | ${ours} | ${found.at(-1) === true ? 'found' : 'not found'} |`
    })
    const table = await tableOf('a planted bug')
    expect(table, `the table should be:\n${rows.join('\n')}\n`).to.deep.equal(rows)
  })

  it('have the lines that docs/testing.md says', async () => {
    const rows = await Promise.all(
      Object.entries(suites).map(async ([name, { file }]) => {
        const text = await readFile(join(fixtures, file), 'utf8')
        const lines = text.split('\n').filter((line) => /^(?!\s*\/\/).*\S/.test(line))
        return `| ${name} | ${lines.length} |`
      }),
    )
    const table = await tableOf('suite')
    expect(table, `the table should be:\n${rows.join('\n')}\n`).to.deep.equal(rows)
  })
})

/** The rows of a table of the page, without the spaces that the formatter puts in. */
async function tableOf(heading: string): Promise<string[]> {
  const lines = (await readFile(page, 'utf8')).split('\n')
  const start = lines.findIndex((line) => line.startsWith(`| ${heading}`))
  expect(start, `a table that begins with ${heading}`).to.be.above(-1)
  const rows = lines.slice(start + 2)
  const end = rows.findIndex((line) => !line.startsWith('|'))
  return rows.slice(0, end).map((line) => line.replaceAll(/ +/g, ' '))
}

/** A folder for each bug, with all suites. */
async function plant({ folder }: App): Promise<void> {
  const handler = await readFile(join(fixtures, 'sign-up.mjs'), 'utf8')
  const users = await readFile(join(fixtures, 'users.mjs'), 'utf8')
  const mutants = [handler, ...bugs.map((bug) => withBug(handler, bug))]
  await Promise.all(
    mutants.map(async (mutant, index) => {
      const target = join(folder, 'planted', folders[index] ?? '')
      await mkdir(target, { recursive: true })
      for (const { file } of Object.values(suites)) {
        await cp(join(fixtures, file), join(target, file))
      }
      for (const [name, text] of [
        ['sign-up', mutant],
        ['users', users],
      ] as const) {
        await writeFile(join(target, `${name}.mjs`), text)
        await writeFile(join(target, `${name}.cjs`), asCommonJs(text))
      }
    }),
  )
}

function asCommonJs(text: string): string {
  return text.replaceAll(/^export function (\w+)/gm, 'exports.$1 = $1\nfunction $1')
}

interface JsonReport {
  testResults: { name: string; status: string; assertionResults: unknown[] }[]
}

/** Of Jest and Vitest, which write the same report. */
async function byReport(
  { folder }: App,
  runner: string,
  args: string[],
  nodeOptions = '',
): Promise<Set<string>> {
  const bin = join(folder, 'node_modules/.bin', runner)
  // Not what is printed: a test may print, too.
  const report = join(folder, `${basename(args.at(-1) ?? '')}.json`)
  await ended(bin, [...args, `--outputFile=${report}`], folder, nodeOptions)
  const { testResults } = JSON.parse(await readFile(report, 'utf8')) as JsonReport
  // A suite that did not run would find everything.
  expect(testResults.map(({ name }) => folderOf(name))).to.have.members(folders)
  for (const { name, assertionResults } of testResults) {
    expect(assertionResults, name).to.have.lengthOf(6)
  }
  return new Set(
    testResults.filter(({ status }) => status !== 'passed').map(({ name }) => folderOf(name)),
  )
}

/** Runs a suite in a process of its own for each folder. */
async function oneByOne({ folder }: App, args: string[], file: string): Promise<Set<string>> {
  const found = new Set<string>()
  for (const each of folders) {
    const path = join('planted', each, file)
    const { code, stdout } = await ended(process.execPath, [...args, path], folder)
    expect(stdout).to.match(/sends no password/)
    if (code !== 0) found.add(each)
  }
  return found
}

function folderOf(file: string): string {
  return basename(join(file, '..'))
}

async function ended(
  command: string,
  args: string[],
  cwd: string,
  nodeOptions = '',
): Promise<{ code: number; stdout: string }> {
  const child = spawn(command, args, {
    cwd,
    env: { ...userEnvironment(), NODE_OPTIONS: nodeOptions },
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: 120_000,
  })
  let stdout = ''
  child.stdout.on('data', (data: Buffer) => (stdout += data.toString()))
  const [code] = (await once(child, 'close')) as [number]
  return { code, stdout }
}
