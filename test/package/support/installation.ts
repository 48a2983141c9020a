// The packed package, installed into two empty folders, once for all tests of this folder.
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run } from './run.js'

const repository = fileURLToPath(new URL('../../..', import.meta.url))
const fixtures = fileURLToPath(new URL('../fixtures', import.meta.url))

/** An empty folder into which the package was installed, the fixtures beside it. */
export interface App {
  /** What this app is for. */
  readonly name: string
  readonly folder: string
}

export interface Installation {
  readonly repository: string
  readonly tarball: string
  /** The paths in the tarball. */
  readonly files: readonly string[]
  /** The oldest Node types, and the tools that run apps. */
  readonly app: App
  /** The newest Node types, and the newest compiler. */
  readonly newestTypes: App
}

interface PackReport {
  filename: string
  files: { path: string }[]
}

let installation: Promise<Installation> | undefined
let temporary: string | undefined

/** Packs and installs when first asked. */
export function installed(): Promise<Installation> {
  return (installation ??= install())
}

export const mochaHooks = {
  async afterAll(): Promise<void> {
    if (temporary !== undefined) await rm(temporary, { recursive: true, force: true })
  },
}

async function install(): Promise<Installation> {
  temporary = await mkdtemp(join(tmpdir(), 'selfsame-package-'))
  const root = temporary
  // `npm run test:package` has just built; packing must not build again under a test that reads dist.
  const { stdout } = await run(
    'npm',
    ['pack', '--ignore-scripts', '--json', '--pack-destination', root],
    { cwd: repository },
  )
  const report = (JSON.parse(stdout) as PackReport[])[0]
  if (!report) throw new Error(`npm pack said nothing of a tarball: ${stdout}`)
  const tarball = join(root, report.filename)

  const [app, newestTypes] = await Promise.all([
    installInto(root, 'app', tarball, [
      'jest@latest',
      // Later ones need a later Node than our oldest.
      'vitest@4',
      `typescript@${await ownVersionOf('typescript')}`,
      '@types/node@20',
    ]),
    installInto(root, 'newest-types', tarball, ['typescript@latest', '@types/node@latest']),
  ])
  return { repository, tarball, files: report.files.map(({ path }) => path), app, newestTypes }
}

async function installInto(
  root: string,
  name: string,
  tarball: string,
  tools: readonly string[],
): Promise<App> {
  const folder = join(root, name)
  await cp(fixtures, folder, { recursive: true })
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name, private: true }))
  await run('npm', ['install', '--no-audit', '--no-fund', tarball, ...tools], { cwd: folder })
  return { name, folder }
}

async function ownVersionOf(name: string): Promise<string> {
  const path = join(repository, 'node_modules', name, 'package.json')
  return (JSON.parse(await readFile(path, 'utf8')) as { version: string }).version
}
