// The packed packages, installed into two empty folders, once for all tests of this folder.
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run } from './run.js'

const repository = fileURLToPath(new URL('../../..', import.meta.url))
const fixtures = fileURLToPath(new URL('../fixtures', import.meta.url))

/** An empty folder into which the packages were installed, the fixtures beside them. */
export interface App {
  /** What this app is for. */
  readonly name: string
  readonly folder: string
}

/** One packed package. */
export interface Packed {
  readonly name: string
  readonly tarball: string
  /** The paths in the tarball. */
  readonly files: readonly string[]
  /** Bytes of the tarball. */
  readonly size: number
  /** Bytes of what is in the tarball. */
  readonly unpackedSize: number
}

export interface Installation {
  readonly repository: string
  readonly selfsame: Packed
  readonly collector: Packed
  /** The oldest Node types, and the tools that run apps. */
  readonly app: App
  /** The newest Node types, and the newest compiler. */
  readonly newestTypes: App
  /** Segment's library, and TypeScript in each version of `compilers`, under these names. */
  readonly beside: App
}

/** Each under a name of its own: of several in one folder only one would have the name tsc. */
export const compilers = {
  'typescript-5.0': 'npm:typescript@~5.0',
  'typescript-5.9': 'npm:typescript@~5.9',
  'typescript-6': 'npm:typescript@^6',
  'typescript-newest': 'npm:typescript@latest',
}

interface PackReport {
  name: string
  filename: string
  files: { path: string }[]
  size: number
  unpackedSize: number
}

/** The tarballs of both packages. */
interface Packages {
  /** The temporary folder that holds them, and everything that is installed. */
  readonly root: string
  readonly selfsame: Packed
  readonly collector: Packed
}

let installation: Promise<Installation> | undefined
let packages: Promise<Packages> | undefined
let temporary: string | undefined

/** Packs and installs when first asked. */
export function installed(): Promise<Installation> {
  return (installation ??= install())
}

/** Both packages, installed into a folder of their own beside the files of `source`, with the `tools`. */
export async function installBeside(
  source: string,
  name: string,
  tools: readonly string[] = [],
): Promise<App> {
  const { root, selfsame, collector } = await packed()
  const folder = join(root, name)
  await cp(source, folder, {
    recursive: true,
    filter: (path) => !/[/\\](node_modules|\.next)$/.test(path),
  })
  // Without install scripts: neither Next.js nor the packages with a runtime need theirs.
  const options = ['--no-audit', '--no-fund', '--ignore-scripts']
  await run('npm', ['install', ...options, selfsame.tarball, collector.tarball, ...tools], {
    cwd: folder,
  })
  return { name, folder }
}

export const mochaHooks = {
  async afterAll(): Promise<void> {
    if (temporary !== undefined) await rm(temporary, { recursive: true, force: true })
  },
}

function packed(): Promise<Packages> {
  return (packages ??= packBoth())
}

async function packBoth(): Promise<Packages> {
  const root = (temporary = await mkdtemp(join(tmpdir(), 'selfsame-package-')))
  const [selfsame, collector] = [await pack('.', root), await pack('./packages/collector', root)]
  return { root, selfsame, collector }
}

async function install(): Promise<Installation> {
  const { root, selfsame, collector } = await packed()
  const tarballs = [selfsame.tarball, collector.tarball]

  const [app, newestTypes, beside] = await Promise.all([
    installInto(root, 'app', tarballs, [
      'jest@latest',
      // Later ones need a later Node than our oldest.
      'vitest@4',
      `typescript@${await ownVersionOf('typescript')}`,
      '@types/node@20',
    ]),
    installInto(root, 'newest-types', tarballs, ['typescript@latest', '@types/node@latest']),
    installInto(root, 'beside', tarballs, [
      `@segment/analytics-node@${await ownVersionOf('@segment/analytics-node')}`,
      '@types/node@20',
      ...Object.entries(compilers).map(([name, version]) => `${name}@${version}`),
    ]),
  ])
  return { repository, selfsame, collector, app, newestTypes, beside }
}

async function pack(folder: string, destination: string): Promise<Packed> {
  // `npm run test:package` has just built; packing must not build again under a test that reads dist.
  const { stdout } = await run(
    'npm',
    ['pack', folder, '--ignore-scripts', '--json', '--pack-destination', destination],
    { cwd: repository },
  )
  const report = (JSON.parse(stdout) as PackReport[])[0]
  if (!report) throw new Error(`npm pack reported no tarball: ${stdout}`)
  const { name, filename, files, size, unpackedSize } = report
  return {
    name,
    tarball: join(destination, filename),
    files: files.map(({ path }) => path),
    size,
    unpackedSize,
  }
}

async function installInto(
  root: string,
  name: string,
  tarballs: readonly string[],
  tools: readonly string[],
): Promise<App> {
  const folder = join(root, name)
  await cp(fixtures, folder, { recursive: true })
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name, private: true }))
  await run('npm', ['install', '--no-audit', '--no-fund', ...tarballs, ...tools], { cwd: folder })
  return { name, folder }
}

export async function ownVersionOf(name: string): Promise<string> {
  const path = join(repository, 'node_modules', name, 'package.json')
  return (JSON.parse(await readFile(path, 'utf8')) as { version: string }).version
}
