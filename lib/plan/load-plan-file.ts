// Loads a plan from a user's module: JavaScript, or TypeScript if Node or a package of the project can run it.

import { stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { toError } from '../runtime/describe-value.js'
import { isPlan } from './is-plan.js'
import type { Plan } from './plan.js'
import { importByEsbuild } from './import-by-esbuild.js'

/** The file, or what is in it, is wrong: its message is for people. */
export class PlanFileError extends Error {
  override readonly name = 'PlanFileError'
}

/**
 * The plan that a module exports, as `default` or as `plan`.
 *
 * @param path of a `.ts`, `.mts`, `.cts`, `.js`, `.mjs` or `.cjs` file
 * @throws PlanFileError that says what is wrong with it
 */
export async function loadPlanFile(path: string): Promise<Plan> {
  const file = resolve(path)
  await checkExists(file, path)
  const module = await importModule(file, path)
  // What is CommonJS has its exports in `default` as well.
  const inner = isObject(module.default) ? (module.default as Exports) : {}
  const plan = [module.default, module.plan, inner.default, inner.plan].find(isPlan)
  if (plan !== undefined) return plan
  throw new PlanFileError(
    `${path} exports no plan; allowed: export default definePlan({ … }), or export const plan = definePlan({ … })`,
  )
}

interface Exports {
  default?: unknown
  plan?: unknown
}

async function checkExists(file: string, path: string): Promise<void> {
  try {
    if ((await stat(file)).isFile()) return
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException
    throw new PlanFileError(`the plan ${path} cannot be read: ${code}`)
  }
  throw new PlanFileError(`the plan ${path} is not a file`)
}

async function importModule(file: string, path: string): Promise<Exports> {
  try {
    return (await import(pathToFileURL(file).href)) as Exports
  } catch (error) {
    if (!isForTypeScript(error, file)) throw failed(path, error)
    return await importTypeScript(file, path, error)
  }
}

/** What Node says of TypeScript that it does not run: all of it before 22.18, or what is more than types. */
const unsupported: ReadonlySet<unknown> = new Set([
  'ERR_UNKNOWN_FILE_EXTENSION',
  'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX',
  'ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING',
  // Many projects import './schemas' or './schemas.js' and mean './schemas.ts'.
  'ERR_MODULE_NOT_FOUND',
  'ERR_UNSUPPORTED_DIR_IMPORT',
  // A .ts file of a package without "type": "module" is read as CommonJS.
  'ERR_REQUIRE_ESM',
  'MODULE_NOT_FOUND',
])

function isForTypeScript(error: unknown, file: string): boolean {
  if (!/\.[cm]?ts$/.test(file)) return false
  return error instanceof SyntaxError || unsupported.has((error as NodeJS.ErrnoException).code)
}

/** By what the project has: tsx, or esbuild, which many have through a bundler or a test runner. */
async function importTypeScript(file: string, path: string, why: unknown): Promise<Exports> {
  const require = createRequire(file)
  // Of tsx its ES module: what is required of it looks for its own files in a wrong place.
  const tsx = found(require, 'tsx/esm/api')?.replace(/\.cjs$/, '.mjs')
  const esbuild = found(require, 'esbuild')
  try {
    if (tsx !== undefined) {
      const { tsImport } = (await import(tsx)) as {
        tsImport: (url: string, parent: string) => Promise<Exports>
      }
      const url = pathToFileURL(file).href
      return await tsImport(url, url)
    }
    if (esbuild !== undefined) return (await importByEsbuild(esbuild, file)) as Exports
  } catch (error) {
    throw failed(path, error)
  }
  if ((why as NodeJS.ErrnoException).code !== 'ERR_UNKNOWN_FILE_EXTENSION') throw failed(path, why)
  throw new PlanFileError(
    `the plan ${path} cannot be loaded: Node ${process.versions.node} runs no TypeScript; ` +
      'install tsx in the project, use Node 22.18 or later, or write the plan as .mjs',
  )
}

function found(require: NodeJS.Require, name: string): string | undefined {
  try {
    return pathToFileURL(require.resolve(name)).href
  } catch {
    return undefined
  }
}

function failed(path: string, error: unknown): PlanFileError {
  const { message } = toError(error)
  return new PlanFileError(`the plan ${path} cannot be loaded: ${message}`, { cause: error })
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
