// Finds the program of the child process that makes the last delivery.

import { existsSync, readFileSync } from 'node:fs'
// Not a named import of createRequire: bundles often have a banner that declares it, and it would exist twice.
import nodeModule from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { version } from '../runtime/version.js'

const fileName = 'exit-child.cjs'

/**
 * The path of the program; undefined if the application is bundled and this version of the package is not installed
 * beside it.
 */
export function findChildProgram(): string | undefined {
  const beside = besideThisFile()
  if (beside !== undefined && isThisVersion(beside)) return beside
  // The main file of the process is as trusted as this one, because it chose the code that runs. The working directory is not.
  for (const importer of [() => fileURLToPath(import.meta.url), () => process.argv[1]]) {
    const installed = installedFor(importer)
    if (installed !== undefined && isThisVersion(installed)) return installed
  }
  return undefined
}

/**
 * Not `new URL('./…', import.meta.url)`: bundlers treat that as an asset, and replace URL by a class of their own.
 */
function besideThisFile(): string | undefined {
  try {
    // In a form that @vercel/nft understands, which selects the files of a deployment (Next.js, Vercel). It follows neither a
    // constant of ours nor join(), a name that bundled packages have variables of.
    const program = resolve(dirname(fileURLToPath(import.meta.url)), 'exit-child.cjs')
    return existsSync(program) ? program : undefined
  } catch {
    // A bundle in another format has no such URL.
    return undefined
  }
}

/** The program in the package that a file would import. */
function installedFor(importer: () => string | undefined): string | undefined {
  try {
    const manifest = nodeModule.createRequire(importer() ?? '').resolve('selfsame/package.json')
    const program = join(dirname(manifest), 'dist', fileName)
    return existsSync(program) ? program : undefined
  } catch {
    return undefined
  }
}

/** Where Node looks for a package that is not installed beside the program: where the app would find it. */
export function packageFolders(): string[] {
  return [fileURLToPath(import.meta.url), process.argv[1]].flatMap((importer) => {
    try {
      return nodeModule.createRequire(importer ?? '').resolve.paths('any-package') ?? []
    } catch {
      return []
    }
  })
}

/** The child of another version may expect other orders. */
function isThisVersion(program: string): boolean {
  try {
    const manifest = readFileSync(join(dirname(program), '..', 'package.json'), 'utf8')
    const installed = JSON.parse(manifest) as { name?: unknown; version?: unknown }
    return installed.name === 'selfsame' && installed.version === version
  } catch {
    return false
  }
}
