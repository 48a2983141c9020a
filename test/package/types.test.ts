// The packed types hold what test/types promises, in every way of resolving that users have, libraries checked too.
import { readdir, readFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { installed, type App, type Installation } from './support/installation.js'
import { runInstalled } from './support/run.js'

interface Setup {
  readonly name: string
  readonly compilerOptions: Readonly<Record<string, unknown>>
  /** What TypeScript takes for ESM and for CommonJS goes by the file's extension. */
  readonly extensions: readonly string[]
}

const setups: readonly Setup[] = [
  {
    name: 'nodenext',
    compilerOptions: { module: 'nodenext', moduleResolution: 'nodenext' },
    extensions: ['mts', 'cts'],
  },
  {
    name: 'node16 CommonJS',
    compilerOptions: { module: 'node16', moduleResolution: 'node16' },
    extensions: ['ts'],
  },
  {
    name: 'bundler',
    compilerOptions: { module: 'esnext', moduleResolution: 'bundler' },
    extensions: ['ts'],
  },
  {
    name: 'nodenext, with every strictness',
    compilerOptions: {
      module: 'nodenext',
      moduleResolution: 'nodenext',
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      noPropertyAccessFromIndexSignature: true,
      verbatimModuleSyntax: true,
      isolatedModules: true,
    },
    extensions: ['mts'],
  },
]

describe('the packed types', () => {
  for (const [which, told] of [
    ['app', 'the types of Node 20'],
    ['newestTypes', 'the newest types of Node and the newest TypeScript'],
  ] as const) {
    for (const setup of setups) {
      it(`hold their promises under ${setup.name}, with ${told}`, async () => {
        const installation = await installed()
        const app = installation[which]
        await check(app, await projectOf(setup, installation, app))
      })
    }
  }

  it('are what require() in TypeScript gives', async () => {
    const { app } = await installed()
    await check(app, 'import-require')
  })
})

async function check(app: App, project: string): Promise<void> {
  await runInstalled(app.folder, 'tsc', ['--noEmit', '--project', project])
}

/** The files of test/types as a user's project: importing the package, under these settings. */
async function projectOf(setup: Setup, { repository }: Installation, app: App): Promise<string> {
  const folder = join(app.folder, `types-${setup.name.replaceAll(/\W+/g, '-')}`)
  await mkdir(folder)
  const promises = join(repository, 'test/types')
  for (const name of await readdir(promises)) {
    const source = await readFile(join(promises, name), 'utf8')
    const text = source.replaceAll(`'../../lib/index.js'`, `'selfsame'`)
    for (const extension of setup.extensions) {
      await writeFile(join(folder, name.replace(/ts$/, extension)), text)
    }
  }
  const compilerOptions = {
    target: 'es2023',
    lib: ['es2023', 'esnext.disposable'],
    types: ['node'],
    strict: true,
    skipLibCheck: false,
    noEmit: true,
    ...setup.compilerOptions,
  }
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions }))
  return folder
}
